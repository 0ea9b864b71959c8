import { UserError } from '../../../../protocol/errors';
import type { NewLayer } from '../../edit/new-layer';
import type { GraphNode } from '../../model-graph';
import type { Shape } from '../../shape';
import { withoutAutomaticMasks } from '../description/automatic-masks';
import type { Config, LayerJson } from '../description/json';
import { redirectEnds, redirectNodes, type Redirect, type Target } from '../description/redirect';
import { readNodes } from '../description/references';
import { DECLARED, newLayerJson } from './new-layer-json';

/** A layer of a description that is replaced. */
export interface Replacement {
  readonly node: GraphNode;
  readonly by: readonly NewLayer[];
  /** Shapes of the outputs of the new layers, batch first; null where unknown. */
  readonly shapes: readonly (Shape | null)[];
  /** A name for an input layer, should one have to declare the shape that a dropped layer declared. */
  readonly inputName: string;
}

/** The layers of one model, and the fields of its configuration that refer to them. */
export interface Siblings {
  readonly layers: readonly LayerJson[];
  readonly ends: Config;
}

/** @throws UserError where a layer cannot be replaced */
const cannot = (layer: string, why: string): UserError =>
  new UserError(`The layer "${layer}" cannot be replaced, because ${why}: leave it as it is.`);

/** Replaces layers of a model in which each layer reads the one before. @throws UserError */
export function replaceInSequence(
  layers: readonly LayerJson[],
  replacementOf: (layer: LayerJson, index: number) => Replacement | undefined,
): LayerJson[] {
  const replacements = layers.map(replacementOf);
  if (replacements.every((one) => one === undefined)) return [...layers];
  let declared: LayerJson | undefined;
  const made = layers.flatMap((layer, i) => {
    const replacement = replacements[i];
    if (!replacement) return [layer];
    if (replacement.by.length > 0) return chainOf(layer, replacement);
    if (i === 0) declared = inputFor(layer, replacement);
    return [];
  });
  const all = declared ? [declared, ...made] : made;
  if (all.every(({ class_name: type }) => type === 'InputLayer'))
    throw cannot(layers.at(-1)?.name ?? nameIn(layers.at(-1)) ?? '', 'no other layer of its model would be left');
  return all;
}

/** Replaces layers of a model in which layers refer to others by name. @throws UserError */
export function replaceInGraph(
  siblings: Siblings,
  replacementOf: (layer: LayerJson, index: number) => Replacement | undefined,
): Siblings {
  const { layers, ends } = siblings;
  const replacements = layers.map(replacementOf);
  if (replacements.every((one) => one === undefined)) return siblings;
  const names = new Set(layers.map((layer) => layer.name ?? ''));
  const calls = withoutAutomaticMasks(layers);
  const plans = layers.map((layer, i) => {
    const replacement = replacements[i];
    if (!replacement) return undefined;
    const own = calls.find(({ name }) => name === layer.name) ?? layer;
    const nodes = readNodes(own.inbound_nodes ?? [], names);
    // A layer that is dropped may take several inputs, if they are one and the same without others that are dropped.
    const most = replacement.by.length === 0 ? Infinity : 1;
    const strange = nodes.find(({ references: { length } }) => length === 0 || length > most);
    if (strange) throw cannot(layer.name ?? '', 'it takes several tensors at once');
    return { ...replacement, nodes };
  });
  const byName = new Map(layers.flatMap(({ name }, i) => (plans[i] ? [[name ?? '', plans[i]] as const] : [])));
  const redirect: Redirect = (target) => {
    const plan = byName.get(target.layer);
    if (!plan) return target;
    const last = plan.by.at(-1);
    if (last) return last.name === target.layer ? target : { ...target, layer: last.name };
    const [feed, ...others] = (plan.nodes[target.node]?.references ?? []).map(({ layer, node, output }) =>
      redirect({ layer, node, output }),
    );
    if (!feed) throw cannot(target.layer, 'its calls are counted in an unknown way');
    if (others.some(({ layer, node, output }) => layer !== feed.layer || node !== feed.node || output !== feed.output))
      throw cannot(target.layer, 'it takes several tensors at once');
    return feed;
  };
  const inputs = new Set(layers.flatMap(({ class_name: type, name }) => (type === 'InputLayer' ? [name] : [])));
  const outputs = (target: Target): Target => {
    const to = redirect(target);
    if (to !== target && inputs.has(to.layer)) throw cannot(target.layer, 'it alone connects an input with an output');
    return to;
  };
  const made = layers.flatMap((layer, i) => {
    const nodes = layer.inbound_nodes && redirectNodes(layer.inbound_nodes, names, redirect);
    const own = nodes ? { ...layer, inbound_nodes: nodes } : layer;
    const plan = plans[i];
    if (!plan) return [own];
    return chainOf(own, plan).map((made, k): LayerJson => {
      if (k === 0) return { ...made, inbound_nodes: own.inbound_nodes ?? [] };
      const feed = { name: plan.by[k - 1]!.name, shape: plan.shapes[k - 1] ?? null };
      return { ...made, inbound_nodes: plan.nodes.map(({ keras3 }, call) => callOf(feed, call, keras3)) };
    });
  });
  const { output_layers: ended } = ends;
  return { layers: made, ends: ended === undefined ? ends : { ...ends, output_layers: redirectEnds(ended, outputs) } };
}

const chainOf = (replaced: LayerJson, { node, by }: Replacement): LayerJson[] =>
  by.map((layer, i) => newLayerJson(layer, { replaced, op: node.op, first: i === 0, last: i === by.length - 1 }));

/** Describes the call of a layer that takes one tensor. */
function callOf({ name, shape }: { name: string; shape: Shape | null }, call: number, keras3: boolean): unknown {
  if (!keras3) return [[name, call, 0, {}]];
  const config = { shape, dtype: 'float32', keras_history: [name, call, 0] };
  return { args: [{ class_name: '__keras_tensor__', config }], kwargs: {} };
}

/** Describes an input with the shape that the first layer of a sequence declares; undefined where it declares none. */
function inputFor({ config }: LayerJson, { inputName }: Replacement): LayerJson | undefined {
  if (!config || Array.isArray(config)) return undefined;
  const key = DECLARED.find((one) => one in config);
  if (key === undefined) return undefined;
  const { dtype } = config;
  return {
    class_name: 'InputLayer',
    config: {
      name: inputName,
      [key]: config[key],
      dtype: typeof dtype === 'string' ? dtype : 'float32',
      sparse: false,
    },
  };
}

function nameIn(layer: LayerJson | undefined): string | undefined {
  const name = layer && !Array.isArray(layer.config) ? layer.config?.['name'] : undefined;
  return typeof name === 'string' ? name : undefined;
}
