import { ModelBuilder } from '../encoding/model-builder';
import { blockedFilter, blockedOutputFilter, type FilterShape } from '../emit/filters';
import { sessionOptions } from '../sessions/executor';
import type { OnnxRuntime } from '../sessions/runtime';

const CANDIDATES = [16, 8];
const TOLERANCE = 1e-4;
const SIZE = 6;
const PADS = [1, 1, 1, 1];

/**
 * The block size with which ONNX Runtime's blocked operators work on this processor, or 0. They are internal and depend on
 * the vector unit, so each candidate computes a small convolution both ways and must agree with the standard operators.
 */
export function findBlockSize(runtime: OnnxRuntime): number {
  return CANDIDATES.find((block) => agreesWithStandard(runtime, block)) ?? 0;
}

function agreesWithStandard(runtime: OnnxRuntime, block: number): boolean {
  try {
    const [wide, narrow] = [block * 2, 3];
    return [wide, narrow].every((channels) => {
      const shape: FilterShape = [3, 3, channels, wide];
      const image = sample(SIZE * SIZE * channels, 1);
      const filter = sample(9 * channels * wide, 2);
      const bias = sample(wide, 3);
      const expected = compute(runtime, standardModel(shape), image, filter, bias, wide);
      const actual = compute(runtime, blockedModel(shape, block), image, filter, bias, wide);
      return expected.every((value, i) => Math.abs(value - actual[i]!) <= TOLERANCE);
    });
  } catch {
    return false; // The processor, or this build, has no such operators.
  }
}

/** Numbers that repeat only after long, the same each time. */
function sample(length: number, seed: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length }, (_, i) => Math.sin((i + 1) * 12.9898 + seed * 78.233) * 0.5);
}

function compute(
  runtime: OnnxRuntime,
  model: Uint8Array,
  image: Float32Array<ArrayBuffer>,
  filter: Float32Array<ArrayBuffer>,
  bias: Float32Array<ArrayBuffer>,
  filters: number,
): Float32Array {
  const channels = image.length / SIZE / SIZE;
  const outputShape = [1, SIZE / 2, SIZE / 2, filters];
  const result = new Float32Array((SIZE / 2) * (SIZE / 2) * filters);
  // Unoptimised, so that the standard side is not itself turned into blocked operators.
  const session = runtime.createSession(model, { ...sessionOptions(1), graphOptimizationLevel: 'disabled' });
  const feeds = {
    image: runtime.createTensor('float32', image, [1, SIZE, SIZE, channels]),
    filter: runtime.createTensor('float32', filter, [3, 3, channels, filters]),
    bias: runtime.createTensor('float32', bias, [filters]),
  };
  session.run(feeds, { result: runtime.createTensor('float32', result, outputShape) }, {});
  session.dispose();
  return result;
}

function declareInputs(builder: ModelBuilder, shape: FilterShape): void {
  builder.input('image', 'float32', [1, SIZE, SIZE, shape[2]]);
  builder.input('filter', 'float32', shape);
  builder.input('bias', 'float32', [shape[3]]);
}

const POOL = { kernel_shape: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] };

function standardModel(shape: FilterShape): Uint8Array {
  const builder = new ModelBuilder();
  declareInputs(builder, shape);
  const inputs = [builder.transpose('image', [0, 3, 1, 2]), builder.transpose('filter', [3, 2, 0, 1]), 'bias'];
  const convolved = builder.op('Relu', [builder.op('Conv', inputs, { kernel_shape: [3, 3], pads: PADS })]);
  const pooled = builder.op('MaxPool', [convolved], POOL);
  builder.outputAs('result', builder.transpose(pooled, [0, 2, 3, 1]), 'float32', [1, SIZE / 2, SIZE / 2, shape[3]]);
  return builder.encode();
}

function blockedModel(shape: FilterShape, block: number): Uint8Array {
  const builder = new ModelBuilder();
  declareInputs(builder, shape);
  const inputs =
    shape[2] % block === 0
      ? [
          builder.blocked('ReorderInput', ['image'], { channels_last: 1 }),
          blockedFilter(builder, 'filter', shape, block),
        ]
      : [builder.transpose('image', [0, 3, 1, 2]), blockedOutputFilter(builder, 'filter', shape, block)];
  const attributes = { kernel_shape: [3, 3], pads: PADS, activation: 'Relu' };
  const pooled = builder.blocked('MaxPool', [builder.blocked('Conv', [...inputs, 'bias'], attributes)], POOL);
  const result = builder.blocked('ReorderOutput', [pooled], { channels: shape[3], channels_last: 1 });
  builder.outputAs('result', result, 'float32', [1, SIZE / 2, SIZE / 2, shape[3]]);
  return builder.encode();
}
