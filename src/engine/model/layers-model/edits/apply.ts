import * as z from 'zod';
import type { ModelContent } from '../../../checkpoint/types';
import { graphOfLayers } from '../graph';
import { readOp } from '../ops/read';
import { LayerJson, shapeOf, stringOf, type Config } from '../description/json';
import { layerOf } from '../description/operations';
import { archived } from './archived';
import { withBias } from './bias';
import { replaceInGraph, replaceInSequence, type Replacement } from './replace';
import { replacedTensors, replacementsOf, type ReplaceEdit } from './replacements';
import { verifyReplaced } from './verify';
import type { Edit, Path } from '../../edit/edit';

const Layers = z.array(LayerJson);
/** Fields that declare the input of a layer or a model. */
const DECLARING = ['batch_input_shape', 'batch_shape', 'build_input_shape'];

/** Fields with the layers that a wrapper holds. */
const WRAPPED = ['layer', 'backward_layer'];

/** Edits within one layer. */
type LayerEdit = Exclude<Edit, ReplaceEdit>;

/** Edits by the path that they change. */
interface Placed {
  readonly edits: ReadonlyMap<string, readonly LayerEdit[]>;
  readonly replacements: ReadonlyMap<string, Replacement>;
}

const keyOf = (path: Path): string => JSON.stringify(path);

/** Copies a LayersModel with changes, written in the words of Keras. @throws UserError where a layer cannot be replaced */
export function editLayersModel<M extends ModelContent>(model: M, edits: readonly Edit[]): M {
  const placed = new Map<string, LayerEdit[]>();
  const replacing = edits.filter((edit) => edit.edit === 'replace');
  let { tensors } = model;
  for (const edit of edits) {
    if (edit.edit === 'replace') continue;
    const key = keyOf(edit.edit === 'bias' ? edit.node.path : edit.at);
    placed.set(key, [...(placed.get(key) ?? []), edit]);
    if (edit.edit === 'bias') tensors = withBias(tensors, edit.node, edit.values);
  }
  const copy = structuredClone(model.modelTopology);
  const replacements = replacementsOf(model, replacing);
  const described = LayerJson.parse(copy['model_config'] ?? copy);
  const edited = editedModel(described, [], { edits: placed, replacements });
  const whole: M = {
    ...model,
    tensors: replacedTensors(tensors, replacing),
    modelTopology: 'model_config' in copy ? { ...copy, model_config: edited } : edited,
  };
  if (replacing.length === 0) return whole;
  const named = archived(model, whole, replacing);
  verifyReplaced(graphOfLayers(model), graphOfLayers(named), replacing);
  return named;
}

function editedModel(model: LayerJson, path: Path, placed: Placed): LayerJson {
  const { config } = model;
  const own = placed.edits.get(keyOf(path)) ?? [];
  const listed = Layers.safeParse(Array.isArray(config) ? config : config?.['layers']);
  if (!listed.success) return unbuilt(own.reduce(edited, model));
  const paths = listed.data.map((layer, i) => {
    const inner = Array.isArray(layer.config) ? undefined : stringOf(layer.config?.['name']);
    return [...path, layer.name ?? inner ?? `layer ${i + 1}`];
  });
  const layers = listed.data.map((layer, i) => editedModel(layer, paths[i]!, placed));
  const replacementOf = (_: LayerJson, i: number) => placed.replacements.get(keyOf(paths[i]!));
  if (Array.isArray(config)) return unbuilt({ ...model, config: replaceInSequence(layers, replacementOf) });
  const whole = own.reduce(edited, model);
  const left =
    model.class_name === 'Sequential'
      ? { layers: replaceInSequence(layers, replacementOf), ends: configOf(whole) }
      : replaceInGraph({ layers, ends: configOf(whole) }, replacementOf);
  return unbuilt({ ...whole, config: { ...left.ends, layers: left.layers } });
}

const configOf = ({ config }: LayerJson): Config => (Array.isArray(config) ? {} : (config ?? {}));

/** Applies one edit to a layer. An operation becomes the layer that computes the same. */
function edited(described: LayerJson, edit: LayerEdit): LayerJson {
  const layer = layerOf(described);
  const { config, class_name: type } = layer;
  if (!config || Array.isArray(config)) return layer;
  const withConfig = (changes: Config): LayerJson => ({ ...layer, config: { ...config, ...changes } });
  switch (edit.edit) {
    case 'width':
      return withConfig(widened(type, config, edit.width));
    case 'input-width':
      return withConfig({
        ...Object.fromEntries(
          DECLARING.flatMap((key): [string, unknown][] => {
            const shape = shapeOf(config[key]);
            return shape?.at(-1) === edit.from ? [[key, [...shape.slice(0, -1), edit.to]]] : [];
          }),
        ),
        ...wrapped(config, (inner) => edited(inner, edit)),
      });
    case 'input-shape':
      return withConfig({ ['batch_shape' in config ? 'batch_shape' : 'batch_input_shape']: edit.shape });
    case 'bias':
      return config['use_bias'] === false ? withConfig({ use_bias: true }) : layer;
    case 'trainable':
      return withConfig({
        ...(config['trainable'] === false ? { trainable: true } : {}),
        ...wrapped(config, (inner) => edited(inner, edit)),
      });
    case 'linear': {
      const { kind } = readOp(type, config);
      const linear = withConfig({ activation: 'linear' });
      return kind === 'activation' || kind === 'softmax' ? { ...linear, class_name: 'Activation' } : linear;
    }
  }
}

/** Changes the layers in the configuration of a wrapper. */
const wrapped = (config: Config, change: (inner: LayerJson) => LayerJson): Config =>
  Object.fromEntries(
    WRAPPED.flatMap((key): [string, LayerJson][] => {
      const inner = LayerJson.safeParse(config[key]).data;
      return inner ? [[key, change(inner)]] : [];
    }),
  );

/** Sets the number of channels in the configuration of a layer. */
function widened(type: string, config: Config, width: number): Config {
  const op = readOp(type, config);
  if (op.kind === 'reshape')
    return op.target && op.target.at(-1) !== -1 ? { target_shape: [...op.target.slice(0, -1), width] } : {};
  if (op.kind === 'time-distributed' || op.kind === 'bidirectional') {
    const own = op.kind === 'bidirectional' && op.merge === 'concat' ? width / 2 : width;
    return wrapped(config, (inner) =>
      Array.isArray(inner.config)
        ? inner
        : { ...inner, config: { ...inner.config, ...widened(inner.class_name, inner.config ?? {}, own) } },
    );
  }
  // The only grouped convolutions that change are those with a group for each channel.
  if (op.kind === 'conv' && op.groups > 1 && op.filters !== null)
    return { filters: width, groups: (width * op.groups) / op.filters };
  return op.kind === 'dense' || op.kind === 'recurrent' ? { units: width } : { filters: width };
}

/** Removes the shape with which a layer was built, since it may have changed. Keras 3 infers it where it is absent. */
function unbuilt(layer: LayerJson): LayerJson {
  const rest = { ...layer };
  delete rest['build_config'];
  const { config } = rest;
  return !config || Array.isArray(config) ? rest : { ...rest, config: { ...config, ...wrapped(config, unbuilt) } };
}
