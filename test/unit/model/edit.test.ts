import { describe, expect, it } from 'vitest';
import type { ModelContent, Tensor } from '../../../src/engine/checkpoint/types';
import { applyEdits } from '../../../src/engine/model/edit/apply';
import { readGraph } from '../../../src/engine/model/graph';

const tensor = (name: string, ...shape: number[]): Tensor => {
  const data = new Float32Array(shape.reduce((all, size) => all * size, 1)).fill(1);
  return { name, shape, dtype: 'float32', data };
};
const contentOf = (modelTopology: Record<string, unknown>, ...tensors: Tensor[]): ModelContent => ({
  modelTopology,
  tensors: new Map(tensors.map((one) => [one.name, one])),
});
const layer = (type: string, config: Record<string, unknown>) => ({ class_name: type, config });
const sequential = (name: string, ...layers: unknown[]) => ({ class_name: 'Sequential', config: { name, layers } });
const nodeOf = (model: ModelContent, name: string) => readGraph(model).nodes.find((node) => node.name === name)!;

describe('edits', () => {
  it('set widths in the words of each layer, and leave what a reshape leaves open', () => {
    const model = contentOf(
      sequential(
        'm',
        layer('Conv2D', { name: 'conv', filters: 8, kernel_size: 3, batch_input_shape: [null, 5, 5, 1] }),
        layer('Reshape', { name: 'rows', target_shape: [9, 8] }),
        layer('Reshape', { name: 'open', target_shape: [9, -1] }),
        layer('Dense', { name: 'dense', units: 4 }),
      ),
    );
    const edited = applyEdits(
      model,
      ['conv', 'rows', 'open', 'dense'].map((name) => ({ edit: 'width', at: [name], width: 3 })),
    );
    expect(readGraph(edited).nodes.map(({ outputShape }) => outputShape)).toEqual([
      [null, 3, 3, 3],
      [null, 9, 3],
      [null, 9, 3],
      [null, 9, 3],
    ]);
    expect(nodeOf(edited, 'open').op).toMatchObject({ target: [9, -1] });
    expect(nodeOf(model, 'conv').op).toMatchObject({ filters: 8 });
  });

  it('tell layers of nested models from layers whose names look like their paths', () => {
    const dense = (name: string) => layer('Dense', { name, units: 2, batch_input_shape: [null, 2] });
    const model = contentOf(sequential('m', sequential('a', dense('b')), dense('a/b')));
    const edited = applyEdits(model, [{ edit: 'width', at: ['a/b'], width: 7 }]);
    expect(readGraph(edited).nodes.map(({ op }) => op)).toMatchObject([{ units: 2 }, { units: 7 }]);
  });

  it('declare fewer channels where so many are declared, of models within the model too', () => {
    const input = { name: 'x', batch_shape: [null, 6] };
    const inner = { class_name: 'Sequential', config: { name: 'a', build_input_shape: [null, 6], layers: [layer('InputLayer', input)] } }; // prettier-ignore
    const model = contentOf({ model_config: sequential('m', layer('InputLayer', input), inner) });
    const edited = applyEdits(model, [
      { edit: 'input-width', at: ['a'], from: 6, to: 4 },
      { edit: 'input-width', at: ['a', 'x'], from: 6, to: 4 },
      { edit: 'input-width', at: ['x'], from: 5, to: 4 },
    ]);
    expect(edited.modelTopology).toEqual({
      model_config: sequential('m', layer('InputLayer', input), {
        class_name: 'Sequential',
        config: {
          name: 'a',
          build_input_shape: [null, 4],
          layers: [layer('InputLayer', { name: 'x', batch_shape: [null, 4] })],
        },
      }),
    });
  });

  it('give a layer a bias that it did not have, named as its file names weights', () => {
    const values = Float32Array.of(5, 6);
    for (const [kernel, bias] of [
      ['dense/kernel', 'dense/bias'],
      ['dense/kernel:0', 'dense/bias:0'],
      ['dense/0', 'dense/1'],
    ] as const) {
      const model = contentOf(
        sequential('m', layer('Dense', { name: 'dense', units: 2, use_bias: false, batch_input_shape: [null, 3] })),
        { ...tensor(kernel, 3, 2), weight: 'kernel' },
      );
      const edited = applyEdits(model, [{ edit: 'bias', node: nodeOf(model, 'dense'), values }]);
      expect([...edited.tensors.keys()]).toEqual([kernel, bias]);
      expect(edited.tensors.get(bias)).toEqual({ name: bias, shape: [2], dtype: 'float32', data: values });
      expect(JSON.stringify(edited.modelTopology)).toContain('"use_bias":true');
      expect(nodeOf(edited, 'dense').tensors.map(({ role }) => role)).toEqual(['kernel', 'bias']);
    }
  });

  it('take activations away, those that are layers and those at the end of one', () => {
    const model = contentOf(
      sequential(
        'm',
        layer('Dense', { name: 'dense', units: 2, activation: 'relu', batch_input_shape: [null, 3] }),
        layer('Softmax', { name: 'softmax' }),
      ),
    );
    const edited = applyEdits(
      model,
      ['dense', 'softmax'].map((name) => ({ edit: 'linear', at: [name] })),
    );
    expect(readGraph(edited).nodes.map(({ op }) => op)).toMatchObject([
      { kind: 'dense', activation: 'linear' },
      { kind: 'activation', activation: 'linear' },
    ]);
  });

  it('leave a model as it is where there are none', () => {
    const model = contentOf(sequential('m'));
    expect(applyEdits(model, [])).toBe(model);
  });
});
