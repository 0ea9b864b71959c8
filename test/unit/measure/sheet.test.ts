import path from 'node:path';
import { expect, test } from 'vitest';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { weightSheet } from '../../../src/engine/measure/sheet';
import { WeightSheet } from '../../../src/protocol/measure/sheet';

const sample = readCheckpoint(path.join(import.meta.dirname, '../../../media/samples/fashion-cnn/model.json'));
const layersOf = async (kind: string) => {
  const model = await sample;
  return [...model.tensors.values()]
    .filter(({ name }) => name.includes(kind) && name.endsWith('kernel'))
    .map(({ name, shape, data }) => ({ name, shape, data: Float32Array.from(data) }));
};

test('filters are tiles with the weights in their places', async () => {
  const tensors = await layersOf('conv');
  for (const { name, shape, data } of tensors) {
    const sheet = weightSheet(await sample, name.split('/')[0]!, name);
    expect(WeightSheet.parse(sheet)).toEqual(sheet);
    const [height = 0, width = 0, inputs = 0, outputs = 0] = shape;
    expect([sheet.form, sheet.outputs.of, sheet.inputs.of]).toEqual(['filters', outputs, inputs]);
    for (const output of [0, 1, 17])
      for (const input of [0, inputs - 1].filter((each) => each < sheet.inputs.shown))
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++) {
            const weight = data[((y * width + x) * inputs + input) * outputs + output]!;
            const [down, across] = inputs === 1 ? [Math.floor(output / sheet.across), output % sheet.across] : [output, input]; // prettier-ignore
            expect(sheet.values[(down * height + y) * sheet.columns + across * width + x]).toBe(weight);
          }
    const norm = (channel: number) => Math.sqrt(data.reduce((sum, value, i) => (i % outputs === channel ? sum + value * value : sum), 0)); // prettier-ignore
    expect(sheet.norms).toHaveLength(outputs);
    for (const one of sheet.norms.slice(0, 3)) expect(one.norm).toBeCloseTo(norm(one.channel), 6);
    expect(sheet.norms.map((one) => one.norm)).toEqual(sheet.norms.map((one) => one.norm).toSorted((a, b) => b - a));
  }
});

test('a large matrix has cells of several weights, each with its largest one and its share of zeros', async () => {
  const [tensor] = (await layersOf('dense')).toSorted((a, b) => b.data.length - a.data.length);
  const sheet = weightSheet(await sample, tensor!.name.split('/')[0]!);
  const [inputs = 0, outputs = 0] = tensor!.shape;
  expect(sheet.block.rows).toBe(Math.ceil(inputs / 160));
  const { rows, columns } = sheet.block;
  const cell = (row: number, column: number): number[] =>
    Array.from({ length: rows * columns }, (_, i) => [
      row * rows + Math.floor(i / columns),
      column * columns + (i % columns),
    ]) // prettier-ignore
      .filter(([r, c]) => r! < inputs && c! < outputs)
      .map(([r, c]) => tensor!.data[r! * outputs + c!]!);
  for (const [row, column] of [
    [0, 0],
    [3, 5],
    [sheet.rows - 1, sheet.columns - 1],
  ] as const) {
    // prettier-ignore
    const own = cell(row, column);
    const largest = own.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
    expect(sheet.values[row * sheet.columns + column]).toBe(largest);
    expect(sheet.zeros[row * sheet.columns + column]).toBe(own.filter((value) => value === 0).length / own.length);
  }
  expect(sheet.largest).toBe(tensor!.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
});

test('a layer without weights is refused', async () => {
  const model = await sample;
  expect(() => weightSheet(model, 'no such layer')).toThrow('has no layer');
});
