import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LayerJson } from '../../../src/engine/model/layers-model/description/json';
import { readTopology } from '../../../src/engine/model/layers-model/description/topology';
import { matchWeights } from '../../../src/engine/model/layers-model/weights/match';
import { slotsOf } from '../../../src/engine/model/layers-model/weights/slots';
import { ModelJson } from '../../../src/protocol/checkpoint';

/** Writes a checkpoint that TensorFlow.js saved in other words. Answers with the path of its model.json. */
type Dialect = (from: string, to: string) => Promise<string>;

const scopeOf = (name: string): string => name.slice(0, name.lastIndexOf('/'));

/** The same words for the same model. */
export const dialects: Record<string, Dialect> = {
  plain: (from) => Promise.resolve(path.join(from, 'model.json')),
  converter: rewriting((json) => ({
    ...json,
    modelTopology: { keras_version: '2.16.0', backend: 'tensorflow', model_config: json.modelTopology },
  })),
  numbers: rewriting((json) => {
    const slots = readTopology(json.modelTopology)!.nodes.flatMap(slotsOf);
    const names = json.weightsManifest.flatMap(({ weights }) => weights.map(({ name }) => name));
    const { byTensor } = matchWeights(slots, names);
    return renaming(json, (name) => {
      const slot = byTensor.get(name)!;
      const same = slots.filter((one) => scopeOf(one.name) === scopeOf(slot.name));
      return `${scopeOf(slot.name)}/${same.indexOf(slot)}`;
    });
  }),
  cells: rewriting((json) => renaming(json, (name) => name.replace(/\/([^/]*)$/, '/a_cell/$1'))),
  keras3: rewriting((json) => ({
    ...json,
    modelTopology: { keras_version: '3.15.1', model_config: keras3(LayerJson.parse(json.modelTopology)) },
  })),
};

function rewriting(change: (json: ModelJson) => ModelJson): Dialect {
  return async (from, to) => {
    await mkdir(to, { recursive: true });
    await copyFile(path.join(from, 'weights.bin'), path.join(to, 'weights.bin'));
    const json = ModelJson.parse(JSON.parse(await readFile(path.join(from, 'model.json'), 'utf8')));
    await writeFile(path.join(to, 'model.json'), JSON.stringify(change(json)));
    return path.join(to, 'model.json');
  };
}

function renaming(json: ModelJson, nameOf: (name: string) => string): ModelJson {
  const weightsManifest = json.weightsManifest.map((group) => ({
    ...group,
    weights: group.weights.map((weight) => ({ ...weight, name: nameOf(weight.name) })),
  }));
  return { ...json, weightsManifest };
}

const MODELS = ['Model', 'Functional', 'Sequential'];

/** Words that only Keras 3 uses: shapes, policies of numbers, calls; and others of its names. */
function keras3(layer: LayerJson, models: ReadonlySet<string> = new Set()): unknown {
  const config = Array.isArray(layer.config) ? {} : { ...layer.config };
  const inside = (config['layers'] ?? []) as LayerJson[];
  const nested = new Set(inside.filter(({ class_name }) => MODELS.includes(class_name)).map(({ name }) => name ?? ''));
  if (Array.isArray(config['layers'])) config['layers'] = inside.map((one) => keras3(one, nested));
  const wrapped = LayerJson.safeParse(config['layer']);
  if (wrapped.success) config['layer'] = keras3(wrapped.data);
  if (Array.isArray(config['cells'])) config['cells'] = (config['cells'] as LayerJson[]).map((one) => keras3(one));
  // A sequential model counts no call before those that are made.
  const chains = new Set(inside.filter(({ class_name }) => class_name === 'Sequential').map(({ name }) => name ?? ''));
  if (Array.isArray(config['output_layers']))
    config['output_layers'] = (config['output_layers'] as [string, number, number][]).map(([name, call, output]) => [
      name,
      chains.has(name) ? call - 1 : call,
      output,
    ]);
  if ('batch_input_shape' in config) {
    config['batch_shape'] = config['batch_input_shape'];
    delete config['batch_input_shape'];
  }
  if (!MODELS.includes(layer.class_name))
    config['dtype'] = {
      module: 'keras',
      class_name: 'DTypePolicy',
      config: { name: 'float32' },
      registered_name: null,
    };
  if (config['activation'] === 'swish') config['activation'] = 'silu';
  if (layer.class_name === 'LeakyReLU') {
    config['negative_slope'] = config['alpha'];
    delete config['alpha'];
  }
  const calls = layer.inbound_nodes?.map((node) => {
    const tensors = (node as [string, number, number][]).map(([name, call, output]) => ({
      class_name: '__keras_tensor__',
      config: { keras_history: [name, models.has(name) ? call - 1 : call, output] },
    }));
    return { args: tensors.length === 1 ? tensors : [tensors], kwargs: { training: false } };
  });
  const name = layer.class_name === 'Model' ? 'Functional' : layer.class_name;
  return { ...layer, class_name: name, config, ...(calls ? { inbound_nodes: calls } : {}) };
}
