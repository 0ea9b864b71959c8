import { expect, it } from 'vitest';
import { OnnxFile, OnnxSession } from '../../src/onnx-file';

/** x (batch, 3) on a grid, times a matrix of int8 with a scale for each column. */
function product(): Uint8Array {
  const file = new OnnxFile();
  const x = file.input('x', 'float32', ['batch', 3]);
  const step = file.constant('step', 'float32', [], Float32Array.of(0.5));
  const zero = file.constant('zero', 'uint8', [], Uint8Array.of(10));
  const levels = file.node('QuantizeLinear', [x, step, zero], {}, 'levels');
  const rounded = file.node('DequantizeLinear', [levels, step, zero], {}, 'rounded');
  const stored = file.constant('w', 'int8', [3, 2], Int8Array.of(127, -128, 1, 2, 0, 3));
  const scales = file.constant('scales', 'float32', [2], Float32Array.of(0.1, 2));
  const zeros = file.constant('zeros', 'int8', [2], new Int8Array(2));
  const weights = file.node('DequantizeLinear', [stored, scales, zeros], { axis: 1 }, 'weights');
  file.output('y', file.node('Gemm', [rounded, weights], {}, 'x'));
  return file.encode();
}

it('writes a file with numbers of 8 bits that ONNX Runtime computes exactly, for any batch', () => {
  const session = OnnxSession.open(product(), { threads: 1 });
  for (const batch of [1, 4]) {
    const data = Float32Array.from({ length: 3 * batch }, (_, i) => [1.24, -2.3, 99][i % 3]! + Math.floor(i / 3));
    const y = session.run({ x: { data, shape: [batch, 3] } }, ['y']).get('y')!;
    for (let row = 0; row < batch; row++) {
      const taken = [...data.subarray(3 * row, 3 * row + 3)].map((value) => Math.min(122.5, Math.round(value * 2) / 2));
      expect(y[2 * row]).toBeCloseTo(0.1 * (127 * taken[0]! + taken[1]!), 3);
      expect(y[2 * row + 1]).toBeCloseTo(2 * (-128 * taken[0]! + 2 * taken[1]! + 3 * taken[2]!), 2);
    }
  }
  session.dispose();
});

it('gives each value a name of its own', () => {
  const file = new OnnxFile();
  const x = file.input('x', 'float32', [1]);
  expect(file.node('Relu', [x], {}, 'x')).toBe('x_2');
  expect(file.node('Relu', [x], {}, 'x')).toBe('x_3');
});

it('refuses a file that is none', () => {
  expect(() => OnnxSession.open(Uint8Array.of(1, 2, 3), { threads: 1 })).toThrow();
});
