import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { BLOCKED, CONTRIB } from '../../src/encoding/model-builder';
import { backendStats, disposeBackend, installBackend } from '../../src/index';
import { findInternalOperators } from '../../src/self-test/internal-operators';
import type { NativeSession, OnnxRuntime } from '../../src/binding/types';
import { loadRuntime } from '../../src/binding/runtime';
import { tf } from '../../testing/tf';
import { numbers } from '../../testing/networks';

let runtime: OnnxRuntime;
const logged: string[] = [];
const log = (message: string): number => logged.push(message);

beforeAll(() => {
  runtime = loadRuntime();
});
afterEach(() => {
  logged.length = 0;
});
afterAll(disposeBackend);

const uses = (model: Uint8Array, domain: string): boolean => Buffer.from(model).includes(domain);

/** The native library without an operator domain. */
function without(domain: string): OnnxRuntime {
  return {
    ...runtime,
    createSession(model, options) {
      if (uses(model, domain)) throw new Error(`No opset import for domain '${domain}'`);
      return runtime.createSession(model, options);
    },
  };
}

/** The native library with an operator domain whose results are slightly wrong. */
function withWrong(domain: string, change: number): OnnxRuntime {
  return {
    ...runtime,
    createSession(model, options) {
      const session = runtime.createSession(model, options);
      if (!uses(model, domain)) return session;
      const wrong: NativeSession = {
        loadModel: session.loadModel.bind(session),
        dispose: () => session.dispose(),
        outputMetadata: session.outputMetadata,
        run(feeds, fetches, runOptions) {
          session.run(feeds, fetches, runOptions);
          const last = Object.values(fetches).at(-1)!.data as Float32Array;
          last[last.length - 1]! += change;
        },
      };
      return wrong;
    },
  };
}

/** A convolution with its gradients, and a product of stacked matrices with theirs. */
function work(): number[] {
  return tf.tidy(() => {
    const image = tf.tensor4d(numbers(2 * 6 * 6 * 16, 1), [2, 6, 6, 16]);
    const filter = tf.tensor4d(numbers(3 * 3 * 16 * 16, 2), [3, 3, 16, 16]);
    const stack = tf.tensor3d(numbers(2 * 4 * 5, 3), [2, 4, 5]);
    const convolutions = tf.grads((x, f) => tf.square(tf.conv2d(x as tf.Tensor4D, f as tf.Tensor4D, 1, 'same')));
    const products = tf.grad((x) => tf.square(tf.matMul(x, x, false, true)));
    const results = [...convolutions([image, filter]), products(stack)];
    return results.flatMap((result) => Array.from(result.dataSync()));
  });
}

// A wrong form would only make the others slow: the self-test would find it, and the tests would pass without blocks.
test.runIf(process.arch === 'x64')('all internal operators are found, and each form that uses them is right', () => {
  const { block, fusedMatMul } = findInternalOperators(runtime, log);
  expect([8, 16]).toContain(block);
  expect(fusedMatMul).toBe(true);
  expect(logged).toEqual([]);
});

test('missing internal operators are not used, and the log reports them', () => {
  const sound = findInternalOperators(runtime, log);
  expect(logged).toHaveLength(sound.block > 0 ? 0 : 1);
  logged.length = 0;
  expect(findInternalOperators(without(BLOCKED), log)).toEqual({ ...sound, block: 0 });
  expect(logged).toEqual([expect.stringMatching(/blocked convolutions .* standard ones are used/)]);
  logged.length = 0;
  // The blocked domain's name begins with that of the other.
  expect(findInternalOperators(without(CONTRIB), log)).toEqual({ block: 0, fusedMatMul: false });
  expect(logged).toHaveLength(2);
});

test.each([0.01, Number.NaN])('internal operators that differ by %d are not used', (change) => {
  expect(findInternalOperators(withWrong(CONTRIB, change), log)).toEqual({ block: 0, fusedMatMul: false });
  expect(logged).toHaveLength(2);
});

test('the backend computes the same without them, natively', async () => {
  await installBackend({ threads: 1, onFallback: 'throw' });
  const expected = work();
  const info = await installBackend({ threads: 1, onFallback: 'throw', runtime: without(CONTRIB), log });
  expect(info.blockedLayout).toBe(false);
  expect(logged).toHaveLength(2);
  const actual = work(); // Would throw if one graph used them.
  expect(backendStats().flushes).toBeGreaterThan(0);
  actual.forEach((value, i) =>
    expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-4 * Math.max(1, Math.abs(value))),
  );
});
