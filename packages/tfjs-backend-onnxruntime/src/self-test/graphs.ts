import type { Operation, Window } from '../graph/operations';
import type { Plan } from '../graph/plan';
import { planFlush } from '../graph/plan';
import { isPending, type PendingValue, Value } from '../graph/value';
import { sizeOf } from '../graph/native-types';

const IMAGES = 2;
const SIDE = 6;
const LINEAR = { name: 'linear', alpha: 0 } as const;
const SLIDE: Window = { kernel: [3, 3], strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1] };
const STRIDE: Window = { kernel: [3, 3], strides: [2, 2], dilations: [1, 1], pads: [0, 0, 1, 1] };
const HALVE: Window = { kernel: [2, 2], strides: [2, 2], dilations: [1, 1], pads: [0, 0, 0, 0] };
/** Rows and channels for which convolutions use minimal filtering, with blocks of either size. */
const TALL = { height: 8, channels: 48 };

/** A graph of convolutions, pools, normalization and gradients in their blocked forms. */
export function blockedGraph(block: number): Plan {
  const wide = 2 * block;
  const whole = [IMAGES, SIDE, SIDE, wide];
  const half = [IMAGES, SIDE / 2, SIDE / 2, wide];
  const taps = leaf([3, 3, wide, wide], 2);
  const channelTaps = leaf([3, 3, wide, 1], 3);
  const perChannel = leaf([wide], 4);
  const variance = leaf([wide], 5, 1);
  const gradient = leaf(half, 6);
  const odd = [IMAGES, SIDE, SIDE, 1.5 * block]; // Zeros fill up the last block.
  const oddImage = leaf(odd, 9);
  const oddTaps = leaf([3, 3, 1.5 * block, 1.5 * block], 10);

  const first = node(
    { kind: 'Conv2D', attributes: { window: SLIDE, activation: { name: 'relu', alpha: 0 } } },
    [leaf([IMAGES, SIDE, SIDE, 3], 7), leaf([3, 3, 3, wide], 8), perChannel],
    whole,
  );
  const second = node(
    { kind: 'Conv2D', attributes: { window: SLIDE, activation: { name: 'sigmoid', alpha: 0 } } },
    [first, taps, perChannel],
    whole,
  );
  const depthwise = node(
    { kind: 'DepthwiseConv2D', attributes: { window: STRIDE, activation: LINEAR } },
    [second, channelTaps, perChannel],
    half,
  );
  const pooled = node({ kind: 'MaxPool', attributes: { window: HALVE } }, [first], half);
  const averages = node({ kind: 'AveragePool', attributes: { window: HALVE } }, [second], half);
  const normalized = node(
    { kind: 'BatchNorm', attributes: { epsilon: 1e-3, hasOffset: true, hasScale: false } },
    [depthwise, perChannel, variance, perChannel],
    half,
  );
  return planOf([
    second,
    pooled,
    node({ kind: 'MaxPoolGradient', attributes: { window: HALVE } }, [gradient, first, pooled], whole),
    averages,
    normalized,
    ...(['bilinear', 'nearest'] as const).map((method) => {
      const rule = { method, alignCorners: false, halfPixelCenters: false };
      return node({ kind: 'Resize', attributes: { rule } }, [depthwise], whole);
    }),
    node({ kind: 'Tile', attributes: { reps: [1, SIDE, SIDE, 1] } }, [leaf([IMAGES, 1, 1, wide], 12)], whole),
    ...sumsOfImages(normalized, averages, depthwise, perChannel),
    node({ kind: 'Conv2DInputGradient', attributes: { window: SLIDE } }, [second, taps], whole),
    node(
      { kind: 'Conv2D', attributes: { window: SLIDE, activation: LINEAR } },
      [oddImage, oddTaps, leaf([1.5 * block], 11)],
      odd,
    ),
    node({ kind: 'Conv2DInputGradient', attributes: { window: SLIDE } }, [oddImage, oddTaps], odd),
    node(
      { kind: 'Conv2DFilterGradient', attributes: { window: SLIDE } },
      [second, oddImage],
      [3, 3, wide, 1.5 * block],
    ),
    node({ kind: 'Conv2DFilterGradient', attributes: { window: SLIDE } }, [second, first], taps.shape),
    node({ kind: 'Conv2DFilterGradient', attributes: { window: STRIDE } }, [second, gradient], taps.shape),
    node({ kind: 'DepthwiseInputGradient', attributes: { window: STRIDE } }, [gradient, channelTaps], whole),
    node({ kind: 'DepthwiseFilterGradient', attributes: { window: STRIDE } }, [second, gradient], channelTaps.shape),
    ...minimallyFiltered(),
  ]);
}

/** A convolution of many channels, the pool after it and their gradients. */
function minimallyFiltered(): Value[] {
  const { height, channels } = TALL;
  const whole = [1, height, SIDE, channels];
  const half = [1, height / 2, SIDE / 2, channels];
  const taps = leaf([3, 3, channels, channels], 13);
  const convolution = {
    kind: 'Conv2D',
    attributes: { window: SLIDE, activation: { name: 'relu', alpha: 0 } },
  } as const;
  const image = node(convolution, [leaf([1, height, SIDE, 3], 14), leaf([3, 3, 3, channels], 15)], whole);
  const result = node(convolution, [image, taps, leaf([channels], 16)], whole);
  const pooled = node({ kind: 'MaxPool', attributes: { window: HALVE } }, [result], half);
  const inputs = [leaf(half, 17), result, pooled];
  const gradient = node({ kind: 'MaxPoolGradient', attributes: { window: HALVE } }, inputs, whole);
  return [
    pooled,
    node({ kind: 'Conv2DInputGradient', attributes: { window: SLIDE } }, [gradient, taps], whole),
    node({ kind: 'Conv2DFilterGradient', attributes: { window: SLIDE } }, [image, gradient], taps.shape),
  ];
}

/** Operations on images that stay symbolic sums until pixels or means are needed. */
function sumsOfImages(normalized: Value, image: Value, other: Value, perChannel: Value): Value[] {
  const { shape } = image;
  const binary = (fn: 'Add' | 'Multiply', a: Value, b: Value): Value =>
    node({ kind: 'Binary', attributes: { fn } }, [a, b], shape);
  const mean = (of: Value, axes: number[]): Value =>
    node(
      { kind: 'Reduce', attributes: { fn: 'Mean', axes } },
      [of],
      shape.filter((_, axis) => !axes.includes(axis)),
    );
  const sum = binary('Add', normalized, image);
  const both = binary('Add', binary('Multiply', other, perChannel), binary('Multiply', image, perChannel));
  const relu = (of: Value): Value => node({ kind: 'Unary', attributes: { fn: 'Relu' } }, [of], shape);
  const bounds = { min: 0, max: 0.25 };
  const kept = relu(sum);
  const clipped = node({ kind: 'Clip', attributes: bounds }, [kept], shape);
  const within = node({ kind: 'ClipGradient', attributes: bounds }, [both, kept], shape);
  const masked = binary('Multiply', within, node({ kind: 'Step', attributes: { alpha: 0 } }, [sum], shape));
  const means = [mean(sum, [0, 1, 2]), mean(image, [1, 2]), mean(binary('Multiply', other, image), [0, 1, 2])];
  return [both, relu(both), clipped, masked, ...means];
}

/** Products of stacked matrices, with and without transposition of either operand. */
export function stackedProductGraph(): Plan {
  const product = (transposeA: boolean, transposeB: boolean): Value =>
    node(
      { kind: 'MatMul', attributes: { transposeA, transposeB, activation: LINEAR } },
      [leaf(transposeA ? [2, 5, 3] : [2, 3, 5], 1), leaf(transposeB ? [2, 4, 5] : [2, 5, 4], 2)],
      [2, 3, 4],
    );
  return planOf([product(false, false), product(true, false), product(false, true), product(true, true)]);
}

/** Numbers within 0.5 of `mean` with a long period, the same each time. */
function leaf(shape: readonly number[], seed: number, mean = 0): Value {
  const value = new Value(shape, 'float32');
  const at = (i: number): number => mean + Math.sin((i + 1) * 12.9898 + seed * 78.233) * 0.5;
  value.data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => at(i));
  return value;
}

function node(operation: Operation, inputs: readonly Value[], shape: readonly number[]): Value {
  const value = new Value(shape, 'float32');
  value.node = { operation, inputs, inputShapes: inputs.map((input) => input.shape), signature: 0 };
  return value;
}

function planOf(results: readonly Value[]): Plan {
  return planFlush(results.filter((value): value is PendingValue => isPending(value)));
}
