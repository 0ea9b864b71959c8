import type { ModelContent } from '../../../checkpoint/types';
import { readModel, type ModelDescription } from './model-description';
import type { InnerInput, Path } from '../../edit/edit';
import { readTopology } from './topology';
import { LayerJson } from './json';

/** Lists the inputs of the nested models of a LayersModel. */
export function innerInputsOf({ modelTopology }: ModelContent): InnerInput[] {
  const topology = readTopology(modelTopology);
  const description = topology && readModel(LayerJson.parse(modelTopology['model_config'] ?? modelTopology));
  if (!description) return [];
  const firstCall = new Map(topology.nodes.map(({ path, calls: [first] }) => [JSON.stringify(path), first]));
  /** The feed with index `input` of the first call of a layer. */
  const feedOf: FeedOf = (path, input) => {
    const call = firstCall.get(JSON.stringify(path));
    return call === undefined ? [] : [{ call, input }];
  };
  const found: InnerInput[] = [];
  const visit = (inner: ModelDescription, path: Path): void => {
    for (const { name, model: nested } of inner.layers) {
      if (!nested) continue;
      const at = [...path, name];
      nested.inputs.forEach((step, i) => {
        const takenBy = takers(nested, step, at, feedOf);
        const { type, name: input } = nested.layers[nested.steps[step]!.layer]!;
        if (type === 'InputLayer') found.push({ at: [...at, input], takenBy });
        if (i === 0) found.push({ at, takenBy });
      });
      visit(nested, at);
    }
  };
  visit(description, []);
  return found;
}

type FeedOf = (path: Path, input: number) => InnerInput['takenBy'];

/** Finds the calls that take an input step of a nested model: of the layer itself, or of those behind an input layer. */
function takers(model: ModelDescription, step: number, path: Path, feedOf: FeedOf): InnerInput['takenBy'] {
  const own = model.layers[model.steps[step]!.layer]!;
  if (own.model) return takers(own.model, own.model.inputs[0]!, [...path, own.name], feedOf);
  if (own.type !== 'InputLayer') return feedOf([...path, own.name], 0);
  return model.steps.flatMap(({ layer, feeds }) => {
    const at = feeds.findIndex((feed) => feed.step === step);
    if (at < 0) return [];
    const { name, model: nested } = model.layers[layer]!;
    return nested ? takers(nested, nested.inputs[at]!, [...path, name], feedOf) : feedOf([...path, name], at);
  });
}
