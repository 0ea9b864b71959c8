import { z } from 'zod';
import type { ModelContent } from '../../../checkpoint/types';
import { readOp } from '../ops/read';
import { LayerJson, shapeOf, stringOf, type Config } from '../description/json';
import { layerOf } from '../description/operations';
import { biasOf } from './bias';
import type { Edit, Path } from '../../edit/edit';

const Layers = z.array(LayerJson);
/** Fields that declare the input of a layer or a model. */
const DECLARING = ['batch_input_shape', 'batch_shape', 'build_input_shape'];

/** Edits by the path that they change. */
type Placed = ReadonlyMap<string, readonly Edit[]>;

const keyOf = (path: Path): string => JSON.stringify(path);

/** Copies a LayersModel with changes, written in the words of Keras. */
export function editLayersModel<M extends ModelContent>(model: M, edits: readonly Edit[]): M {
  const placed = new Map<string, Edit[]>();
  const tensors = new Map(model.tensors);
  for (const edit of edits) {
    const key = keyOf(edit.edit === 'bias' ? edit.node.path : edit.at);
    placed.set(key, [...(placed.get(key) ?? []), edit]);
    if (edit.edit !== 'bias') continue;
    const bias = biasOf(edit.node, edit.values);
    tensors.set(bias.name, bias);
  }
  const copy = structuredClone(model.modelTopology);
  const edited = editedModel(LayerJson.parse(copy['model_config'] ?? copy), [], placed);
  return { ...model, tensors, modelTopology: 'model_config' in copy ? { ...copy, model_config: edited } : edited };
}

function editedModel(model: LayerJson, path: Path, placed: Placed): LayerJson {
  const { config } = model;
  const own = placed.get(keyOf(path)) ?? [];
  const listed = Layers.safeParse(Array.isArray(config) ? config : config?.['layers']);
  if (!listed.success) return unbuilt(own.reduce(edited, model));
  const layers = listed.data.map((layer, i) => {
    const inner = Array.isArray(layer.config) ? undefined : stringOf(layer.config?.['name']);
    return editedModel(layer, [...path, layer.name ?? inner ?? `layer ${i + 1}`], placed);
  });
  if (Array.isArray(config)) return unbuilt({ ...model, config: layers });
  const whole = own.reduce(edited, model);
  return unbuilt({ ...whole, config: { ...configOf(whole), layers } });
}

const configOf = ({ config }: LayerJson): Config => (Array.isArray(config) ? {} : (config ?? {}));

/** Applies one edit to a layer. An operation becomes the layer that computes the same. */
function edited(described: LayerJson, edit: Edit): LayerJson {
  const layer = layerOf(described);
  const { config, class_name: type } = layer;
  if (!config || Array.isArray(config)) return layer;
  const withConfig = (changes: Config): LayerJson => ({ ...layer, config: { ...config, ...changes } });
  switch (edit.edit) {
    case 'width':
      return withConfig(widened(type, config, edit.width));
    case 'input-width':
      return withConfig(
        Object.fromEntries(
          DECLARING.flatMap((key): [string, unknown][] => {
            const shape = shapeOf(config[key]);
            return shape?.at(-1) === edit.from ? [[key, [...shape.slice(0, -1), edit.to]]] : [];
          }),
        ),
      );
    case 'input-shape':
      return withConfig({ ['batch_shape' in config ? 'batch_shape' : 'batch_input_shape']: edit.shape });
    case 'bias':
      return config['use_bias'] === false ? withConfig({ use_bias: true }) : layer;
    case 'linear': {
      const { kind } = readOp(type, config);
      const linear = withConfig({ activation: 'linear' });
      return kind === 'activation' || kind === 'softmax' ? { ...linear, class_name: 'Activation' } : linear;
    }
  }
}

/** Sets the number of channels in the configuration of a layer. */
function widened(type: string, config: Config, width: number): Config {
  const op = readOp(type, config);
  if (op.kind === 'reshape')
    return op.target && op.target.at(-1) !== -1 ? { target_shape: [...op.target.slice(0, -1), width] } : {};
  // Of grouped convolutions, only those change that have a group for each channel.
  if (op.kind === 'conv' && op.groups > 1 && op.filters !== null)
    return { filters: width, groups: (width * op.groups) / op.filters };
  return op.kind === 'dense' ? { units: width } : { filters: width };
}

/** Removes the shape with which a layer was built, since it may have changed. Keras 3 infers it where it is absent. */
function unbuilt(layer: LayerJson): LayerJson {
  const rest = { ...layer };
  delete rest['build_config'];
  return rest;
}
