import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { disposeBackend, installBackend } from '../../src/index';
import { tf } from '../../testing/tf';
import { expectAsCpu, gradientOf, image, tensor } from './compare';

const PLACEMENTS = [
  ['same', 1],
  ['valid', 1],
  ['same', 2],
  ['valid', 2],
] as const;
const segments = (): tf.Tensor1D => tf.tensor1d([2, 0, -1, 2, 4, 1], 'int32');

/** Kernels of common layers besides plain convolutions and matrix products. */
const families: Readonly<Record<string, () => tf.Tensor | tf.Tensor[]>> = {
  'a sum of two convolutions of one pixel, each of which may be the bias of the other': () => {
    const sum = tf.add(
      tf.conv2d(image([1, 2, 2, 3]), image([2, 2, 3, 8], 2), 1, 'valid'),
      tf.conv2d(image([1, 1, 1, 2], 3), image([2, 2, 2, 8], 4), 1, 'same'),
    );
    return [sum, tf.relu(tf.add(sum, 1)), tf.relu(sum)];
  },
  'gradients of the filters of convolutions': () =>
    [
      ...PLACEMENTS.map(([pad, stride]) => ({ pad, stride, n: 3, side: 5, kernel: 3, channels: 5, filters: 20 })),
      ...PLACEMENTS.map(([pad, stride]) => ({ pad, stride, n: 9, side: 4, kernel: 2, channels: 8, filters: 16 })),
      { pad: 'valid', stride: 1, n: 2, side: 4, kernel: 1, channels: 16, filters: 16 } as const,
      { pad: 'valid', stride: 2, n: 2, side: 4, kernel: 1, channels: 16, filters: 16 } as const,
      { pad: 'valid', stride: 1, n: 2, side: 8, kernel: 6, channels: 2, filters: 5 } as const,
      { pad: 'same', stride: 1, n: 2, side: 3, kernel: 4, channels: 1, filters: 20 } as const,
      { pad: 'same', stride: 1, n: 1, side: 17, kernel: 3, channels: 4, filters: 32 } as const,
      { pad: 'valid', stride: 2, n: 1, side: 35, kernel: 3, channels: 4, filters: 32 } as const,
    ].map(({ pad, stride, n, side, kernel, channels, filters }) => {
      const x = image([n, side, side + 1, channels]);
      const filter = image([kernel, kernel, channels, filters], 2);
      // The gradient of a square has the layout of the result of the convolution.
      return tf.mul(
        gradientOf((y) => tf.square(tf.conv2d(x, y as tf.Tensor4D, stride, pad)), filter),
        0.1,
      );
    }),
  'gradients of the filters of convolutions of large images, in bands': () =>
    [
      { pad: 'same', stride: 1, n: 3, height: 34, width: 36, kernel: 3, channels: 8, filters: 8 } as const,
      { pad: 'same', stride: 1, n: 16, height: 34, width: 36, kernel: 3, channels: 3, filters: 16 } as const,
      { pad: 'valid', stride: 1, n: 2, height: 45, width: 33, kernel: 3, channels: 8, filters: 8 } as const,
      { pad: 'same', stride: 2, n: 2, height: 66, width: 70, kernel: 3, channels: 3, filters: 8 } as const,
      { pad: 'valid', stride: 2, n: 2, height: 71, width: 70, kernel: 2, channels: 8, filters: 8 } as const,
      { pad: 'valid', stride: 1, n: 1, height: 100, width: 91, kernel: 3, channels: 4, filters: 12 } as const,
      { pad: 'same', stride: 1, n: 2, height: 33, width: 40, kernel: 3, channels: 16, filters: 1 } as const,
    ].map(({ pad, stride, n, height, width, kernel, channels, filters }) => {
      const x = image([n, height, width, channels]);
      const filter = image([kernel, kernel, channels, filters], 2);
      return tf.mul(
        gradientOf((y) => tf.square(tf.conv2d(x, y as tf.Tensor4D, stride, pad)), filter),
        0.01,
      );
    }),
  'gradients of the filters of convolutions of few channels': () =>
    [
      { stride: [1, 1], pad: 'valid', kernel: [5, 5], channels: 1, filters: 20 } as const,
      { stride: [1, 1], pad: 'same', kernel: [3, 3], channels: 1, filters: 32 } as const,
      { stride: [2, 2], pad: 'same', kernel: [10, 4], channels: 1, filters: 64 } as const,
      { stride: [2, 1], pad: 'valid', kernel: [2, 3], channels: 2, filters: 7 } as const,
    ].map(({ stride, pad, kernel, channels, filters }) => {
      const x = image([3, 20, 12, channels]);
      const filter = image([...kernel, channels, filters], 2);
      return tf.mul(
        gradientOf((y) => tf.square(tf.conv2d(x, y as tf.Tensor4D, [...stride], pad)), filter),
        0.1,
      );
    }),
  'gradients of the images of strided convolutions': () =>
    [
      { pad: 'same', stride: 2, side: 12, kernel: 3, channels: 8, filters: 16 } as const,
      { pad: 'same', stride: 2, side: 12, kernel: 5, channels: 12, filters: 20 } as const,
      { pad: 'same', stride: 3, side: 12, kernel: 4, channels: 8, filters: 8 } as const,
      { pad: 'valid', stride: 2, side: 12, kernel: 2, channels: 8, filters: 8 } as const,
      { pad: 'valid', stride: 2, side: 12, kernel: 4, channels: 8, filters: 8 } as const,
      { pad: 'same', stride: 2, side: 12, kernel: 1, channels: 8, filters: 16 } as const,
      { pad: 'same', stride: 2, side: 13, kernel: 1, channels: 8, filters: 16 } as const,
      { pad: 'valid', stride: 2, side: 13, kernel: 3, channels: 8, filters: 8 } as const,
    ].map(({ pad, stride, side, kernel, channels, filters }) => {
      const x = image([2, side, side, channels]);
      const filter = image([kernel, kernel, channels, filters], 2);
      return gradientOf((y) => tf.conv2d(y as tf.Tensor4D, filter, stride, pad), x);
    }),
  'gradients of filters of one pixel between images in blocks': () =>
    [
      // Images of 16 and of 15 pixels; examples that fill blocks, nearly fill them, are too few, or are no multiple of
      // 4.
      { n: 16, side: 4, channels: 32, filters: 16 },
      { n: 16, side: 3, channels: 16, filters: 48 },
      { n: 12, side: 3, channels: 40, filters: 16 },
      { n: 12, side: 3, channels: 20, filters: 32 },
      { n: 14, side: 3, channels: 16, filters: 16 },
      { n: 4, side: 3, channels: 16, filters: 32 },
    ].map(({ n, side, channels, filters }) => {
      const x = tf.conv2d(image([n, side, side + 2, 16]), image([3, 3, 16, channels], 2), 1, 'same');
      const after = image([3, 3, filters, 16], 3);
      const slid = (y: tf.Tensor): tf.Tensor => tf.conv2d(tf.conv2d(x, y as tf.Tensor4D, 1, 'same'), after, 1, 'same');
      return tf.mul(
        gradientOf((y) => slid(y), image([1, 1, channels, filters], 4)),
        0.01,
      );
    }),
  'gradients of filters in bands of as many rows as fill blocks best': () =>
    [
      { pad: 'same', n: 10, height: 14, width: 14, kernel: 3, channels: 32, filters: 64 } as const,
      { pad: 'valid', n: 10, height: 16, width: 12, kernel: 3, channels: 32, filters: 64 } as const,
      { pad: 'same', n: 9, height: 7, width: 7, kernel: 5, channels: 16, filters: 20 } as const,
      { pad: 'valid', n: 20, height: 11, width: 9, kernel: 4, channels: 20, filters: 32 } as const,
      // Fewer filters than channels exchange image and gradient.
      { pad: 'same', n: 10, height: 14, width: 14, kernel: 3, channels: 32, filters: 16 } as const,
      { pad: 'same', n: 5, height: 7, width: 6, kernel: 4, channels: 48, filters: 20 } as const,
      { pad: 'valid', n: 18, height: 9, width: 11, kernel: 3, channels: 40, filters: 16 } as const,
    ].map(({ pad, n, height, width, kernel, channels, filters }) => {
      const x = tf.conv2d(image([n, height, width, 16]), image([1, 1, 16, channels], 2), 1, 'same');
      const after = image([1, 1, filters, 16], 3);
      const slid = (y: tf.Tensor): tf.Tensor => tf.conv2d(tf.conv2d(x, y as tf.Tensor4D, 1, pad), after, 1, 'same');
      return tf.mul(
        gradientOf((y) => slid(y), image([kernel, kernel, channels, filters], 4)),
        0.003,
      );
    }),
  'convolutions with a bias that has axes of length one, and their gradients': () =>
    [16, 20].flatMap((filters) => {
      const x = image([2, 5, 6, 16]);
      const filter = image([1, 1, 16, filters], 2);
      const bias = tensor([1, 1, 1, filters], 3);
      const computed = (y: tf.Tensor, taps: tf.Tensor, added: tf.Tensor): tf.Tensor =>
        tf.relu(tf.add(tf.conv2d(y as tf.Tensor4D, taps as tf.Tensor4D, 1, 'same'), added));
      return [
        computed(x, filter, bias),
        gradientOf((y) => computed(y, filter, bias), x),
        gradientOf((y) => computed(x, y, bias), filter),
        gradientOf((y) => computed(x, filter, y), bias),
      ];
    }),
  'convolutions of many channels to few, and their gradients': () =>
    [1, 3, 7].flatMap((filters) =>
      // One block, several blocks, and one with filling.
      [16, 32, 20].flatMap((channels) => {
        const x = image([2, 9, 8, channels]);
        const filter = image([3, 3, channels, filters], 2);
        const before = image([3, 3, channels, channels], 3);
        const bias = tensor([filters], 4) as tf.Tensor1D;
        const convolved = (y: tf.Tensor, taps: tf.Tensor, pad: 'same' | 'valid'): tf.Tensor4D =>
          tf.conv2d(tf.mul(tf.conv2d(y as tf.Tensor4D, before, 1, 'same'), 0.1), taps as tf.Tensor4D, 1, pad);
        return [
          tf.conv2d(x, filter, 1, 'same'),
          tf.conv2d(x, filter, 2, 'valid'),
          tf.conv2d(x, filter, 1, 'same', 'NHWC', 2),
          tf.fused.conv2d({ x, filter, strides: 1, pad: 'same', bias, activation: 'sigmoid' }),
          convolved(x, filter, 'same'),
          ...(['same', 'valid'] as const).flatMap((pad) => [
            gradientOf((y) => convolved(y, filter, pad), x),
            gradientOf((y) => tf.mul(convolved(x, y, pad), 0.1), filter),
          ]),
        ];
      }),
    ),
  'tensors with a last axis of length one, and their sums': () => {
    const x = image([3, 4, 5, 1]);
    const scalar = tf.scalar(0.7);
    return [
      tf.mul(x, scalar),
      tf.sub(scalar, x),
      tf.greater(x, tensor([1], 2)),
      tf.squaredDifference(x, scalar),
      tf.sum(x),
      tf.sum(x, [0, 1, 2]),
      tf.max(x),
      tf.all(tf.greater(x, -2)),
      gradientOf((y) => tf.mul(x, y), scalar),
    ];
  },
  'means of images, and their gradients': () =>
    [16, 20].flatMap((channels) => {
      const x = image([2, 5, 3, channels]);
      const filter = image([3, 3, channels, channels], 2);
      const means = (y: tf.Tensor): tf.Tensor =>
        tf.mean(tf.relu(tf.conv2d(y as tf.Tensor4D, filter, 1, 'same')), [1, 2]);
      return [means(x), gradientOf(means, x), tf.tile(tf.mean(x, [1, 2], true), [1, 5, 3, 1])];
    }),
  'gradients of images with mostly zeros in blocked products': () =>
    [
      { side: 8, kernel: 5, channels: 20, filters: 50 },
      { side: 4, kernel: 4, channels: 16, filters: 16 },
      { side: 5, kernel: 5, channels: 8, filters: 8 },
    ].map(({ side, kernel, channels, filters }) => {
      const x = image([3, side, side + 1, channels]);
      const filter = image([kernel, kernel, channels, filters], 2);
      return gradientOf((y) => tf.mul(tf.conv2d(y as tf.Tensor4D, filter, 1, 'valid'), 0.1), x);
    }),
  'clipped relus and their gradients': () => {
    const x = tf.mul(image([2, 6, 5, 16]), 9);
    const filter = image([3, 3, 16, 16], 2);
    const clipped = (y: tf.Tensor): tf.Tensor => tf.clipByValue(tf.relu(y), 0, 6);
    const normalized = (y: tf.Tensor): tf.Tensor => {
      const { mean, variance } = tf.moments(y, [0, 1, 2]);
      return tf.mul(tf.batchNorm(y, mean, variance, tensor([16], 3), tensor([16], 5), 1e-3), 5);
    };
    return [
      clipped(x),
      gradientOf(clipped, x),
      gradientOf((y) => clipped(tf.conv2d(y as tf.Tensor4D, filter, 1, 'same')), x),
      gradientOf((y) => tf.conv2d(clipped(normalized(y)) as tf.Tensor4D, filter, 1, 'same'), x),
      gradientOf((y) => tf.add(clipped(y), tf.relu(y)), x),
      gradientOf((y) => clipped(tf.add(y, tensor([16], 4))), tf.reshape(x, [60, 16])),
    ];
  },
  'resized images between convolutions, and their gradients': () => {
    const filter = image([3, 3, 16, 16], 2);
    const convolved = (y: tf.Tensor): tf.Tensor4D => tf.conv2d(y as tf.Tensor4D, filter, 1, 'same');
    // Square images, because the cpu kernel of the gradient swaps height and width.
    const x = tf.mul(image([2, 6, 6, 16]), 0.2);
    return [12, 18, 15, 3].flatMap((side) => {
      const resized = (y: tf.Tensor): tf.Tensor => convolved(tf.image.resizeBilinear(convolved(y), [side, side]));
      const nearest = convolved(tf.image.resizeNearestNeighbor(convolved(x), [side, side]));
      const aligned = tf.image.resizeBilinear(convolved(x), [side, side], true);
      const centered = tf.image.resizeBilinear(convolved(x), [side, side], false, true);
      return [resized(x), nearest, aligned, centered, gradientOf(resized, x)];
    });
  },
  'weights that are used several times': () => {
    const weight = tensor([6, 6], 2);
    const bias = tensor([6], 3);
    const repeated = (w: tf.Tensor, b: tf.Tensor, times: number): tf.Tensor => {
      let y = tensor([4, 6]);
      for (let i = 0; i < times; i++) y = tf.tanh(tf.add(tf.matMul(y as tf.Tensor2D, w as tf.Tensor2D), b));
      return y;
    };
    return [2, 5, 9].flatMap((times) => [
      gradientOf((w) => repeated(w, bias, times), weight),
      gradientOf((b) => repeated(weight, b, times), bias),
    ]);
  },
  'depthwise convolutions and their gradients': () =>
    [3, 16, 20].flatMap((channels) =>
      PLACEMENTS.flatMap(([pad, stride]) => {
        const x = image([2, 7, 6, channels]);
        const filter = image([3, 2, channels, 1], 2);
        return [
          tf.depthwiseConv2d(x, filter, stride, pad),
          gradientOf((y) => tf.depthwiseConv2d(y as tf.Tensor4D, filter, stride, pad), x),
          gradientOf((y) => tf.depthwiseConv2d(x, y as tf.Tensor4D, stride, pad), filter),
        ];
      }),
    ),
  'depthwise convolutions with a multiplier': () =>
    PLACEMENTS.flatMap(([pad, stride]) => {
      const x = image([2, 5, 6, 16]);
      const filter = image([3, 3, 16, 2], 2);
      return [
        tf.depthwiseConv2d(x, filter, stride, pad),
        gradientOf((y) => tf.depthwiseConv2d(y as tf.Tensor4D, filter, stride, pad), x),
        gradientOf((y) => tf.depthwiseConv2d(x, y as tf.Tensor4D, stride, pad), filter),
      ];
    }),
  'depthwise convolutions, dilated or fused': () => {
    const x = image([1, 9, 8, 16]);
    const filter = image([3, 3, 16, 1], 2);
    const bias = tensor([16], 3);
    return [
      tf.depthwiseConv2d(x, filter, 1, 'same', 'NHWC', 2),
      ...(['linear', 'relu', 'relu6', 'sigmoid', 'elu'] as const).map((activation) =>
        tf.fused.depthwiseConv2d({ x, filter, strides: 1, pad: 'same', bias, activation }),
      ),
    ];
  },
  'gradients of pools that overlap or reach into padding': () =>
    [3, 16].flatMap((channels) => {
      const x = tf.tensor4d(tf.round(tf.mul(image([2, 7, 6, channels]), 3)).dataSync(), [2, 7, 6, channels]);
      return PLACEMENTS.flatMap(([pad, stride]) => [
        gradientOf((y) => tf.maxPool(y as tf.Tensor4D, 3, stride, pad), x),
        gradientOf((y) => tf.maxPool(tf.relu(y as tf.Tensor4D), 2, stride, pad), x),
        gradientOf((y) => tf.avgPool(y as tf.Tensor4D, [3, 2], stride, pad), x),
      ]);
    }),
  'normalized images that are added, rectified and clipped, with their gradients': () =>
    [3, 16].flatMap((channels) => {
      const filter = image([3, 3, channels, channels], 2);
      const scale = tensor([channels], 3);
      const normalized = (x: tf.Tensor4D): tf.Tensor4D => {
        const { mean, variance } = tf.moments(x, [0, 1, 2]);
        return tf.batchNorm(x, mean.as1D(), variance.as1D(), tf.sub(scale, 0.1).as1D(), scale.as1D(), 1e-3);
      };
      const block = (x: tf.Tensor4D, taps: tf.Tensor4D): tf.Tensor4D => {
        const first = normalized(tf.conv2d(x, taps, 1, 'same'));
        const sum = tf.relu(tf.add(first, normalized(tf.relu(tf.conv2d(x, taps, 1, 'same')))));
        return tf.clipByValue(tf.sub(tf.mul(tf.relu(tf.add(sum, x)), 2), tf.div(sum, scale)), -3, 0.5);
      };
      const x = image([3, 4, 5, channels]);
      return [
        block(x, filter),
        tf.mean(block(x, filter), [1, 2]),
        gradientOf((y) => block(y as tf.Tensor4D, filter), x),
        gradientOf((y) => block(x, y as tf.Tensor4D), filter),
      ];
    }),
  'pools behind padding as wide as their window': () => {
    const padded = (): tf.Tensor4D => {
      const convolved = tf.elu(tf.depthwiseConv2d(image([2, 7, 6, 6]), image([3, 3, 6, 1], 2), 1, 'same'));
      return tf.pad(convolved, [[0, 0], [2, 2], [2, 2], [0, 0]]); // prettier-ignore
    };
    return [tf.max(tf.maxPool(padded(), 2, 2, 'same'), [1, 2]), tf.mean(tf.avgPool(padded(), 2, 2, 'same'), [1, 2])];
  },
  'batch normalization and its gradients': () =>
    [3, 16].flatMap((channels) => {
      const x = image([3, 4, 5, channels]);
      const [mean, offset, scale] = [2, 3, 4].map((seed) => tensor([channels], seed) as tf.Tensor1D);
      const variance = tf.add<tf.Tensor1D>(tf.square(tensor([channels], 5)), 0.1);
      const normalize = (y: tf.Tensor): tf.Tensor =>
        tf.batchNorm(y as tf.Tensor4D, mean!, variance, offset, scale, 1e-3);
      return [
        normalize(x),
        tf.batchNorm(x, mean!, variance),
        tf.batchNorm(x, mean!, variance, undefined, scale),
        tf.batchNorm(x, mean!, variance, offset, undefined, 0.5),
        gradientOf(normalize, x),
        gradientOf((y) => tf.batchNorm(x, y as tf.Tensor1D, variance, offset, scale), mean!),
        gradientOf((y) => tf.batchNorm(x, mean!, y as tf.Tensor1D, offset, scale), variance),
        gradientOf((y) => tf.batchNorm(x, mean!, variance, offset, y as tf.Tensor1D), scale!),
      ];
    }),
  'normalization by the statistics of the batch itself': () =>
    [3, 16].map((channels) =>
      gradientOf(
        (y) => {
          const { mean, variance } = tf.moments(y, [0, 1, 2]);
          const [offset, scale] = [tensor([channels], 2) as tf.Tensor1D, tensor([channels], 3) as tf.Tensor1D];
          return tf.batchNorm(y as tf.Tensor4D, mean as tf.Tensor1D, variance as tf.Tensor1D, offset, scale);
        },
        image([3, 4, 5, channels]),
      ),
    ),
  'resized images and their gradients': () => {
    const x = image([2, 4, 4, 3]);
    const single = image([1, 4, 4, 3]); // The cpu kernel takes the gradient of nearest pixels from the first image only.
    const sizes: [number, number][] = [[8, 8], [7, 5], [3, 2], [1, 1], [4, 9]]; // prettier-ignore
    return sizes.flatMap((size) => [
      ...[false, true].flatMap((align) => [
        tf.image.resizeBilinear(x, size, align),
        tf.image.resizeNearestNeighbor(x, size, align),
        gradientOf((y) => tf.image.resizeBilinear(y as tf.Tensor4D, size, align), x),
        gradientOf((y) => tf.image.resizeNearestNeighbor(y as tf.Tensor4D, size, align), single),
      ]),
      tf.image.resizeBilinear(x, size, false, true),
      tf.image.resizeNearestNeighbor(x, size, false, true),
    ]);
  },
  'rectifiers and their gradients': () => {
    const x = image([2, 3, 4, 16]);
    const alpha = tensor([16], 2);
    return [
      tf.prelu(x, alpha),
      gradientOf((y) => tf.prelu(y, alpha), x),
      gradientOf((y) => tf.prelu(x, y), alpha),
      ...[tf.elu, tf.selu, tf.relu6, tf.softplus, tf.sigmoid, tf.tanh].map((f) => gradientOf(f, x)),
      gradientOf((y) => tf.leakyRelu(y, 0.2), x),
    ];
  },
  'sums over segments': () => [
    tf.unsortedSegmentSum(tensor([6]), segments(), 4),
    tf.unsortedSegmentSum(tensor([6, 2, 3]), segments(), 3),
    gradientOf((y) => tf.gather(y, tf.tensor1d([1, 1, 3], 'int32')), tensor([4, 2])),
  ],
  'order reversed': () => [tf.reverse(tensor([2, 3, 4])), tf.reverse(tf.neg(tensor([2, 3, 4])), [0, 2])],
};

const LAYOUTS = [true, false];

describe.each(LAYOUTS)('internal operators: %s', (internalOperators) => {
  beforeAll(async () => {
    await installBackend({ threads: 1, onFallback: 'throw', internalOperators });
  });
  afterAll(disposeBackend);
  test.each(Object.entries(families))('%s', (_, family) => expectAsCpu(family));

  test('a sum over many segments leaves out rows without a segment', () => {
    const ids = Int32Array.from({ length: 1200 }, (_, i) => ((i * 37) % 1201 === 0 ? -1 : (i * 37) % 1300));
    const x = tensor([1200, 2]);
    const rows = x.dataSync();
    const wanted = new Float64Array(1000 * 2);
    ids.forEach((id, i) => {
      if (id < 0 || id >= 1000) return;
      wanted[id * 2]! += rows[i * 2]!;
      wanted[id * 2 + 1]! += rows[i * 2 + 1]!;
    });
    const sums = tf.unsortedSegmentSum(x, tf.tensor1d(ids, 'int32'), 1000).dataSync();
    sums.forEach((sum, i) => expect(sum).toBeCloseTo(wanted[i]!, 5));
  });
});
