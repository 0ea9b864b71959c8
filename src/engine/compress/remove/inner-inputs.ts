import type { ModelContent } from '../../checkpoint/types';
import { readModel, type ModelDescription } from '../../model/description/model-description';
import { LayerJson, type Config } from '../../model/topology-json';
import { topologyOf } from './channels';
import type { ChannelGroups } from './channel-groups';

/** A place within a model where a nested model declares what is fed to it, and the channels that are. */
export interface InnerInput {
  /** The id of an input layer, or of the nested model. */
  readonly id: string;
  readonly config: Config;
  readonly channels: readonly number[];
}

/**
 * The inputs of the models within a model. The topology has dissolved them, but their descriptions declare shapes of their
 * own, which must agree with what is fed.
 */
export function innerInputs(model: ModelContent, groups: ChannelGroups): InnerInput[] {
  const json = LayerJson.parse(model.modelTopology['model_config'] ?? model.modelTopology);
  const description = readModel(json);
  if (!description) return [];
  const { layers } = topologyOf(model);
  const byId = new Map(layers.map((layer) => [layer.id, layer]));
  /** The channels that the `input`-th feed of the first call of a layer brings. */
  const fed = (id: string, input: number): readonly number[] | null =>
    groups.calls[byId.get(id)?.calls[0] ?? -1]?.inputs[input] ?? null;
  const found: InnerInput[] = [];
  const visit = (inner: ModelDescription, path: string): void => {
    for (const { name, model: nested, config } of inner.layers) {
      if (!nested) continue;
      const id = path === '' ? name : `${path}/${name}`;
      nested.inputs.forEach((step, i) => {
        const { layer, channels } = takenAt(nested, step, id, fed);
        if (channels === null) return;
        const { type, name: input, config: declared } = nested.layers[layer]!;
        if (type === 'InputLayer') found.push({ id: `${id}/${input}`, config: declared, channels });
        if (i === 0) found.push({ id, config, channels });
      });
      visit(nested, id);
    }
  };
  visit(description, '');
  return found;
}

/** The channels that enter a nested model by one of its input steps: those that the first layer behind it takes. */
function takenAt(
  model: ModelDescription,
  step: number,
  id: string,
  fed: (id: string, input: number) => readonly number[] | null,
): { layer: number; channels: readonly number[] | null } {
  const { layer } = model.steps[step]!;
  const own = model.layers[layer]!;
  if (own.model)
    return { layer, channels: takenAt(own.model, own.model.inputs[0]!, `${id}/${own.name}`, fed).channels };
  if (own.type !== 'InputLayer') return { layer, channels: fed(`${id}/${own.name}`, 0) };
  for (const { layer: reader, feeds } of model.steps) {
    const at = feeds.findIndex((feed) => feed.step === step);
    if (at < 0) continue;
    const { name, model: nested } = model.layers[reader]!;
    const channels = nested
      ? takenAt(nested, nested.inputs[at]!, `${id}/${name}`, fed).channels
      : fed(`${id}/${name}`, at);
    if (channels !== null) return { layer, channels };
  }
  return { layer, channels: null };
}
