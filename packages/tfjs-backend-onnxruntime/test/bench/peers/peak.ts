import { ModelBuilder } from '../../../src/encoding/model-builder';
import { sessionOptions } from '../../../src/binding/session-options';
import { loadRuntime } from '../../../src/binding/runtime';
import type { Timed } from './orders';

const SIZE = 1024;
/** Floating-point operations of one product. */
export const PRODUCT_FLOPS = 2 * SIZE ** 3;

/** Multiplies two matrices by ONNX Runtime repeatedly for some time. */
export function timeProducts(threads: number, milliseconds: number): Timed {
  const runtime = loadRuntime();
  const shape = [SIZE, SIZE];
  const builder = new ModelBuilder();
  const [left, right] = [builder.input('left', 'float32', shape), builder.input('right', 'float32', shape)];
  builder.outputAs('product', builder.op('MatMul', [left, right]), 'float32', shape);
  const session = runtime.createSession(builder.encode(), sessionOptions(threads));
  const matrix = () => runtime.createTensor('float32', new Float32Array(SIZE * SIZE).fill(0.5), shape);
  const feeds = { left: matrix(), right: matrix() };
  const fetches = { product: matrix() };
  const times: number[] = [];
  const end = performance.now() + milliseconds;
  do {
    const start = performance.now();
    session.run(feeds, fetches, {});
    times.push(performance.now() - start);
  } while (performance.now() < end);
  session.dispose();
  return { milliseconds: times, examples: 1, loss: 0 };
}
