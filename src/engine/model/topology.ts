import { z } from 'zod';
import { LayerJson, shapeOf, stringOf, type Config } from './topology-json';

/** A shape; null where a size is left open, as the batch is. */
export type Shape = (number | null)[];

/** A layer of the model, nested models dissolved. */
export interface TopologyLayer {
  /** Unique: the names of the models around it and its own, joined by slashes. */
  readonly id: string;
  /** Its own name where that is unique, else its id. */
  readonly name: string;
  /** The parts of its id. */
  readonly path: readonly string[];
  /** Keras class name. */
  readonly type: string;
  readonly config: Config;
  /** Ids of the layers that feed it, in order. */
  readonly inputs: readonly string[];
  /** Whether it is called more than once; `inputs` are those of the first call. */
  readonly shared: boolean;
  /** The shape it declares for its input, batch first. */
  readonly inputShape: Shape | null;
}

/** A model's layers in the order of its description; inputs and outputs are ids. */
export interface Topology {
  readonly name: string | undefined;
  readonly layers: readonly TopologyLayer[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

const MODELS = new Set(['Sequential', 'Functional', 'Model']);
const MAX_DEPTH = 16;

/**
 * Reads the topology of a LayersModel, sequential or functional, in the dialects of Keras 2, TensorFlow.js and Keras 3.
 * @param modelTopology from model.json, bare or with `model_config` as the Python converter writes it
 * @returns null where it is something else, such as a GraphModel
 */
export function readTopology(modelTopology: Readonly<Record<string, unknown>>): Topology | null {
  const parsed = LayerJson.safeParse(modelTopology['model_config'] ?? modelTopology);
  if (!parsed.success || !MODELS.has(parsed.data.class_name)) return null;
  return readModel(parsed.data, [], [], 0);
}

function readModel(json: LayerJson, path: readonly string[], feeds: readonly string[], depth: number): Topology | null {
  const config = Array.isArray(json.config) ? { layers: json.config } : (json.config ?? {});
  const parsed = z.array(LayerJson).safeParse(config['layers']);
  if (!parsed.success || depth > MAX_DEPTH) return null;
  const sequential = json.class_name === 'Sequential';
  const layers: TopologyLayer[] = [];
  const idOf = (name: string) => [...path, name].join('/');
  /** A nested model's name stands for its outputs, and its inputs stand for what is fed to it. */
  const aliases = new Map<string, readonly string[]>();
  const resolve = (names: readonly string[]) => names.flatMap((name) => aliases.get(name) ?? [idOf(name)]);
  const inputNames = namesOf(config['input_layers']);
  if (!sequential && feeds.length) inputNames.forEach((name, i) => aliases.set(name, feeds.slice(i, i + 1)));
  let previous: readonly string[] = feeds;
  for (const layer of parsed.data) {
    const layerConfig = Array.isArray(layer.config) ? {} : (layer.config ?? {});
    const name = layer.name ?? stringOf(layerConfig['name']) ?? `layer ${layers.length + 1}`;
    const inputs = sequential ? previous : resolve(inboundNames(layer.inbound_nodes));
    if (aliases.has(name)) continue;
    if (sequential && layer.class_name === 'InputLayer' && feeds.length) continue;
    const nested = MODELS.has(layer.class_name) ? readModel(layer, [...path, name], inputs, depth + 1) : null;
    if (nested) {
      layers.push(...nested.layers);
      aliases.set(name, nested.outputs);
      previous = nested.outputs;
      continue;
    }
    const declared = layerConfig['batch_input_shape'] ?? layerConfig['batch_shape'];
    layers.push({
      id: idOf(name),
      name,
      path: [...path, name],
      type: layer.class_name,
      config: layerConfig,
      inputs,
      shared: (layer.inbound_nodes?.length ?? 0) > 1,
      inputShape: inputs.length ? null : shapeOf(declared ?? (layers.length ? null : config['build_input_shape'])),
    });
    previous = [idOf(name)];
  }
  const outputs = sequential ? previous : resolve(namesOf(config['output_layers']));
  return {
    name: stringOf(config['name']) ?? json.name,
    layers: path.length ? layers : uniquelyNamed(layers),
    inputs: sequential ? layers.slice(0, 1).map(({ id }) => id) : resolve(inputNames),
    outputs,
  };
}

/** Names in `input_layers` and `output_layers`: `["x", 0, 0]`, or a list of such. */
function namesOf(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  if (typeof value[0] === 'string') return [value[0]];
  return value.flatMap((entry: unknown) => namesOf(entry));
}

const KerasTensor = z.object({
  class_name: z.literal('__keras_tensor__'),
  config: z.object({ keras_history: z.array(z.unknown()) }),
});

/** The producers named by a layer's first call: Keras 2 `[[["x", 0, 0, {}]]]`, Keras 3 `[{ args: [tensor or list] }]`. */
function inboundNames(nodes: readonly unknown[] | undefined): string[] {
  const [first] = nodes ?? [];
  if (Array.isArray(first)) return namesOf(first);
  const call = z.object({ args: z.array(z.unknown()) }).safeParse(first);
  if (!call.success) return [];
  return call.data.args.flat(2).flatMap((value) => {
    const tensor = KerasTensor.safeParse(value);
    return tensor.success ? namesOf(tensor.data.config.keras_history) : [];
  });
}

/** Layers of different nested models may share a name: such are called by their whole path. */
function uniquelyNamed(layers: readonly TopologyLayer[]): TopologyLayer[] {
  const seen = new Map<string, number>();
  for (const { name } of layers) seen.set(name, (seen.get(name) ?? 0) + 1);
  return layers.map((layer) => (seen.get(layer.name) === 1 ? layer : { ...layer, name: layer.id }));
}
