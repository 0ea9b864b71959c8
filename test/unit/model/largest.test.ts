import { describe, expect, it } from 'vitest';
import type { ModelContent } from '../../../src/engine/checkpoint/types';
import { figuresOf } from '../../../src/engine/measure/inspect';
import { withInputShape } from '../../../src/engine/model/input-shapes';
import { whyNotRunnable } from '../../../src/engine/model/runnable';
import { validateDescription, validateWeights } from '../../../src/engine/model/layers-model/validate/index';

/** Seconds of processor time for all that is asked of a description: three times what it takes, a tenth of its square. */
const LIMIT = 4;
const LAYERS = 9999;
const KERNEL = new Float32Array(4).fill(1);

const dense = (name: string, more: object = {}) => ({
  class_name: 'Dense',
  name,
  config: { name, units: 2, activation: 'relu', ...more },
});
const input = (name: string, width: number | null = 2) => ({
  ...{ class_name: 'InputLayer', name, inbound_nodes: [] as unknown[] },
  config: { name, batch_input_shape: width === null ? [null, null, 2] : [null, width] },
});
const fed = <L extends object>(layer: L, ...from: string[]) => ({
  ...layer,
  inbound_nodes: [from.map((name) => [name, 0, 0, {}])],
});
const ends = (names: readonly string[]) => names.map((name) => [name, 0, 0]);
const functional = (
  name: string,
  layers: readonly object[],
  inputs: readonly string[],
  outputs: readonly string[],
) => ({
  ...{ class_name: 'Functional', name },
  config: { name, layers, input_layers: ends(inputs), output_layers: ends(outputs) },
});
const count = (length: number, name: string): string[] => Array.from({ length }, (_, i) => `${name}${i}`);

function chain(): object {
  const names = count(LAYERS - 1, 'd');
  return functional('chain', [input('i'), ...names.map((name, i) => fed(dense(name), names[i - 1] ?? 'i'))], ['i'], [names.at(-1)!]); // prettier-ignore
}

/** 1,000 inputs with an open size, each with its branch of layers, which are joined. */
function branches(): object {
  const inputs = count(1000, 'i');
  const layers = inputs.flatMap((name, i) =>
    count(8, `d${i}_`).map((own, k) => fed(dense(own), k === 0 ? name : `d${i}_${k - 1}`)),
  );
  const sum = fed({ class_name: 'Add', name: 'sum', config: { name: 'sum' } }, ...inputs.map((_, i) => `d${i}_7`));
  return functional('branches', [...inputs.map((name) => input(name, null)), ...layers, sum], inputs, ['sum']);
}

function residual(): object {
  const layers = count(LAYERS / 2 - 1, '').flatMap((i) => {
    const before = i === '0' ? 'i' : `s${Number(i) - 1}`;
    const add = { class_name: 'Add', name: `s${i}`, config: { name: `s${i}` } };
    return [fed(dense(`d${i}`), before), fed(add, before, `d${i}`)];
  });
  return functional('residual', [input('i'), ...layers], ['i'], [(layers.at(-1) as { name: string }).name]);
}

/** Models within models, 10 deep, each of 900 layers. */
function nested(depth = 10): ReturnType<typeof functional> {
  const names = count(900, `m${depth}_`);
  const before = (i: number): string => names[i - 1] ?? `i${depth}`;
  const layers = [input(`i${depth}`), ...names.map((name, i) => fed(dense(name), before(i)))];
  if (depth === 1) return functional('m1', layers, ['i1'], [names.at(-1)!]);
  const inner = nested(depth - 1);
  const called = { ...inner, inbound_nodes: [[[names.at(-1)!, 0, 0, {}]]] };
  // A nested model counts a first call of its own.
  const model = functional(`m${depth}`, [...layers, called], [`i${depth}`], [inner.name]);
  model.config.output_layers = [[inner.name, 1, 0]];
  return model;
}

/** 50 layers in a model that is called 900 times. */
function calledAgain(): object {
  const names = count(50, 'd');
  const inner = functional('inner', [input('j'), ...names.map((name, i) => fed(dense(name), names[i - 1] ?? 'j'))], ['j'], ['d49']); // prettier-ignore
  const called = {
    ...inner,
    inbound_nodes: count(900, '').map((i) => [[i === '0' ? 'i' : 'inner', Number(i), 0, {}]]),
  };
  const model = functional('outer', [input('i'), called], ['i'], ['inner']);
  model.config.output_layers = [['inner', 900, 0]];
  return model;
}

const LARGEST: readonly (readonly [string, object])[] = [
  ['a sequence', { class_name: 'Sequential', config: { layers: count(LAYERS, 'd').map((name, i) => dense(name, i ? {} : { batch_input_shape: [null, 2] })) } }], // prettier-ignore
  ['a chain', chain()],
  ['many branches and open inputs', branches()],
  ['residual sums', residual()],
  ['models within models', nested()],
  ['a model that is called again and again', calledAgain()],
];

/** A model with weights for each of its Dense layers. */
function withWeights(modelTopology: object): ModelContent {
  const names = [...JSON.stringify(modelTopology).matchAll(/"class_name":"Dense","name":"(\w+)"/g)].map(
    ([, name]) => name!,
  );
  const tensors = names.flatMap((layer) => [
    { name: `${layer}/kernel`, shape: [2, 2], dtype: 'float32', data: KERNEL } as const,
    { name: `${layer}/bias`, shape: [2], dtype: 'float32', data: KERNEL.subarray(0, 2) } as const,
  ]);
  return {
    modelTopology: modelTopology as Record<string, unknown>,
    tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])),
  };
}

describe('the largest description that is read', () => {
  it.each(LARGEST)('%s: all that is asked of it takes no time that grows with its square', (_, modelTopology) => {
    const model = withWeights(modelTopology);
    expect(model.tensors.size).toBeGreaterThan(90);
    const begun = process.cpuUsage();
    validateDescription(model.modelTopology);
    validateWeights(model);
    const { totals } = figuresOf(model);
    expect(whyNotRunnable(model) ?? '').toMatch(/^$|one input/);
    const sized = withInputShape(model, undefined);
    expect(figuresOf(sized).totals.params).toBe(totals.params);
    const { user, system } = process.cpuUsage(begun);
    expect(totals.params).toBe((model.tensors.size / 2) * 6);
    expect((user + system) / 1e6).toBeLessThan(LIMIT);
  });

  it('names no more than 1,000 inputs or outputs', () => {
    const names = count(1001, 'i');
    const outputs = names.map((name) => `${name}d`);
    const layers = names.flatMap((name) => [input(name), fed(dense(`${name}d`), name)]);
    const topology = functional('wide', layers, names, outputs) as unknown as Record<string, unknown>;
    expect(() => validateDescription(topology)).toThrow(/it has more than 1,000 inputs/);
  });
});
