import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { convolveInPhases } from '../../src/emit/convolution/convolutions-in-phases';
import {
  minimalConvolution,
  minimalImageGradient,
  rowsOfFilterGradient,
  suitsMinimalFiltering,
} from '../../src/emit/convolution/minimal-filtering';
import type { Window } from '../../src/graph/operations';
import { disposeBackend, installBackend } from '../../src/index';
import { tf } from '../../testing/tf';
import { expectAsCpu, gradientOf, image, tensor } from './compare';

vi.mock('../../src/emit/convolution/minimal-filtering', { spy: true });
vi.mock('../../src/emit/convolution/convolutions-in-phases', { spy: true });

const SLIDE: Window = { kernel: [3, 3], strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1] };

interface Size {
  readonly n: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly filters: number;
}

/** A 3 x 3 convolution between images in blocks: after one convolution and, for its gradients, before another. */
interface Problem extends Size {
  readonly x: tf.Tensor4D;
  readonly filter: tf.Tensor4D;
  readonly bias: tf.Tensor1D;
}

function problemOf({ n, height, width, channels, filters }: Size): Problem {
  const x = image([n, height, width, channels]);
  const filter = tf.mul<tf.Tensor4D>(image([3, 3, channels, filters], 3), 0.1);
  return { n, height, width, channels, filters, x, filter, bias: tensor([filters], 4) as tf.Tensor1D };
}

const nameOf = ({ n, height, width, channels, filters }: Size): string => [n, height, width, channels, filters].join();

type Activation = 'linear' | 'relu' | 'sigmoid' | 'tanh' | 'elu';

/** Computes the result, with another image, filter or bias if given. */
function convolved(problem: Problem, activation: Activation, given: Partial<Problem> = {}): tf.Tensor4D {
  const { x, filter, bias, channels } = { ...problem, ...given };
  const first = tf.conv2d(x, tf.mul(image([1, 1, channels, channels], 2), 0.2), 1, 'same');
  const sums = tf.add<tf.Tensor4D>(tf.conv2d(first, filter, 1, 'same'), bias);
  return activation === 'linear' ? sums : tf[activation](sums);
}

/** The gradients of a function of the result with respect to image, filter and bias. */
function gradients(problem: Problem, activation: Activation, end: (y: tf.Tensor4D) => tf.Tensor): tf.Tensor[] {
  const { x, filter, bias } = problem;
  return [
    gradientOf((y) => end(convolved(problem, activation, { x: y as tf.Tensor4D })), x),
    gradientOf((y) => tf.mul(end(convolved(problem, activation, { filter: y as tf.Tensor4D })), 0.1), filter),
    gradientOf((y) => tf.mul(end(convolved(problem, activation, { bias: y as tf.Tensor1D })), 0.1), bias),
  ];
}

const after = (filters: number) => (y: tf.Tensor4D) => tf.conv2d(y, image([1, 1, filters, 16], 5), 1, 'same');
const pooled = (y: tf.Tensor4D): tf.Tensor => tf.maxPool(y, 2, 2, 'valid');
const averaged = (y: tf.Tensor4D): tf.Tensor => tf.avgPool(y, 2, 2, 'valid');

const SIZES: readonly Size[] = [
  { n: 2, height: 14, width: 14, channels: 32, filters: 64 },
  { n: 3, height: 10, width: 7, channels: 64, filters: 32 },
  { n: 1, height: 8, width: 1, channels: 64, filters: 64 },
  { n: 20, height: 4, width: 5, channels: 64, filters: 64 },
];
const ODD: readonly Size[] = [
  { n: 2, height: 7, width: 7, channels: 64, filters: 64 },
  { n: 3, height: 13, width: 6, channels: 64, filters: 32 },
  { n: 17, height: 5, width: 4, channels: 64, filters: 64 },
];

interface Choice {
  readonly internalOperators: boolean;
  readonly threads: number;
}
const CHOICES: readonly Choice[] = [
  { internalOperators: true, threads: 1 },
  { internalOperators: true, threads: 2 },
  { internalOperators: false, threads: 1 },
];

describe.each(CHOICES)(
  'internal operators: $internalOperators, threads: $threads',
  ({ internalOperators, threads }) => {
    beforeAll(async () => {
      await installBackend({ threads, onFallback: 'throw', internalOperators });
    });
    beforeEach(() => {
      vi.clearAllMocks();
    });
    afterAll(disposeBackend);

    const expectCalled = (functions: readonly unknown[]): void => {
      for (const one of functions) {
        if (internalOperators) expect(one).toHaveBeenCalled();
        else expect(one).not.toHaveBeenCalled();
      }
    };

    test.each(SIZES)('even heights: $height x $width, $channels to $filters channels', async (size) => {
      for (const activation of ['linear', 'relu', 'sigmoid', 'elu'] as const) {
        await expectAsCpu(
          () => {
            const problem = problemOf(size);
            return [convolved(problem, activation), ...gradients(problem, activation, after(size.filters))];
          },
          `even ${nameOf(size)} ${activation}`,
        );
      }
      expectCalled([minimalConvolution, minimalImageGradient, rowsOfFilterGradient]);
    });

    test.each(ODD)('filters of odd heights: $height x $width, $channels to $filters channels', async (size) => {
      await expectAsCpu(() => gradients(problemOf(size), 'relu', after(size.filters)), `odd ${nameOf(size)}`);
      expectCalled([rowsOfFilterGradient]);
      expect(minimalConvolution).not.toHaveBeenCalled();
    });

    test.each(SIZES.filter(({ width }) => width > 1))('before pools: $height x $width', async (size) => {
      for (const [pool, end] of Object.entries({ pooled, averaged })) {
        await expectAsCpu(
          () => {
            const problem = problemOf(size);
            return [end(convolved(problem, 'relu')), ...gradients(problem, 'relu', end)];
          },
          `${pool} ${nameOf(size)}`,
        );
      }
      // The pool reads the rows separately, another convolution reads the whole.
      await expectAsCpu(
        () => {
          const problem = problemOf(size);
          return gradients(problem, 'relu', (y) =>
            tf.concat([tf.reshape(pooled(y), [-1]), tf.reshape(after(size.filters)(y), [-1])]),
          );
        },
        `pooled and not ${nameOf(size)}`,
      );
      expectCalled([minimalConvolution, minimalImageGradient, rowsOfFilterGradient]);
    });

    test.each(['same', 'valid'] as const)('few channels before a pool, in phases: %s', async (pad) => {
      for (const [height, width, channels, kernel] of [
        [12, 10, 1, 3],
        [16, 8, 3, 5],
        [13, 11, 2, 2],
      ] as const) {
        const x = image([3, height, width, channels]);
        const filter = image([kernel, kernel, channels, 32], 2);
        const bias = tensor([32], 3) as tf.Tensor1D;
        const compute = (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor): tf.Tensor4D =>
          tf.relu(tf.add<tf.Tensor4D>(tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, pad), c));
        const ends = [
          (y: tf.Tensor4D): tf.Tensor => tf.mul(pooled(y), 0.3),
          (y: tf.Tensor4D): tf.Tensor =>
            tf.mul(tf.concat([tf.reshape(pooled(y), [-1]), tf.reshape(after(32)(y), [-1])]), 0.1),
        ];
        for (const end of ends) {
          await expectAsCpu(() => [
            end(compute(x, filter, bias)),
            gradientOf((y) => end(compute(y, filter, bias)), x),
            gradientOf((y) => tf.mul(end(compute(x, y, bias)), 0.3), filter),
            gradientOf((y) => tf.mul(end(compute(x, filter, y)), 0.3), bias),
          ]);
        }
      }
      expectCalled([convolveInPhases]);
    });

    test('NaN stays in the rows that read it', async () => {
      const values = (row: number, value: number): tf.Tensor4D => {
        const x = image([1, 10, 6, 64]).bufferSync();
        x.set(value, 0, row, 3, 5);
        return x.toTensor();
      };
      for (const row of [0, 3, 4, 9]) {
        await expectAsCpu(() => {
          const before = tf.mul<tf.Tensor4D>(image([1, 1, 64, 64], 2), 0.2);
          const filter = tf.mul<tf.Tensor4D>(image([3, 3, 64, 64], 3), 0.1);
          const first = tf.conv2d(values(row, Number.NaN), before, 1, 'same');
          const slid = (y: tf.Tensor): tf.Tensor4D => tf.conv2d(y as tf.Tensor4D, filter, 1, 'same');
          return [after(64)(slid(first)), gradientOf((y) => tf.mul(slid(y), first), tf.zerosLike(first))];
        });
      }
      expectCalled([minimalConvolution, minimalImageGradient]);
    });
  },
);

describe('convolutions that use minimal filtering', () => {
  const suits = (height: number, channels: number, filters: number, asked: 'image' | 'gradient of filter'): boolean =>
    suitsMinimalFiltering(16, SLIDE, [1, height, height, filters], [3, 3, channels, filters], asked);

  test('have an even number of rows, except for the gradient of the filter', () => {
    expect(suits(14, 64, 64, 'image')).toBe(true);
    expect(suits(13, 64, 64, 'image')).toBe(false);
    expect(suits(13, 64, 64, 'gradient of filter')).toBe(true);
  });

  test('have whole blocks, and enough of them to pay for the sums of rows', () => {
    expect(suits(14, 32, 32, 'image')).toBe(true);
    expect(suits(14, 16, 32, 'image')).toBe(false);
    expect(suits(14, 40, 64, 'image')).toBe(false);
    expect(suits(2, 512, 512, 'image')).toBe(false);
  });

  test('have a stride of one and one row of padding', () => {
    const others: readonly Partial<Window>[] = [
      { kernel: [3, 5] },
      { strides: [2, 1] },
      { dilations: [1, 2] },
      { pads: [0, 0, 0, 0] },
    ];
    for (const other of others) {
      expect(suitsMinimalFiltering(16, { ...SLIDE, ...other }, [1, 14, 14, 64], [3, 3, 64, 64], 'image')).toBe(false);
    }
  });
});
