import { z } from 'zod';
import type { ModelContent } from '../../checkpoint/types';
import { LayerJson, stringOf, type Config } from '../../model/topology-json';

const Layers = z.array(LayerJson);

/** What becomes of a layer's description: values of its configuration that are others now, and its type. */
export interface Change {
  readonly type?: string;
  readonly config: Config;
}

/** A copy of a model's description in which some layers, by their ids in the topology, are described otherwise; models within it too. */
export function withConfigs(
  topology: ModelContent['modelTopology'],
  changes: ReadonlyMap<string, Change>,
): Record<string, unknown> {
  const copy = structuredClone(topology);
  const changed = changedModel(LayerJson.parse(copy['model_config'] ?? copy), '', changes);
  return 'model_config' in copy ? { ...copy, model_config: changed } : changed;
}

function changedModel(model: LayerJson, path: string, changes: ReadonlyMap<string, Change>): LayerJson {
  const { config } = model;
  const listed = Layers.safeParse(Array.isArray(config) ? config : config?.['layers']);
  if (!listed.success) return changedLayer(model, changes.get(path));
  const layers = listed.data.map((layer, i) => {
    const own = Array.isArray(layer.config) ? undefined : stringOf(layer.config?.['name']);
    const name = layer.name ?? own ?? `layer ${i + 1}`;
    return changedModel(layer, path === '' ? name : `${path}/${name}`, changes);
  });
  return unbuilt({
    ...model,
    config: Array.isArray(config) ? layers : { ...config, ...changes.get(path)?.config, layers },
  });
}

function changedLayer(layer: LayerJson, change: Change | undefined): LayerJson {
  const { config } = layer;
  if (!change || !config || Array.isArray(config)) return unbuilt(layer);
  return unbuilt({ ...layer, class_name: change.type ?? layer.class_name, config: { ...config, ...change.config } });
}

/** Keras 3 notes the shape with which a layer was built, which may be another now; it works it out where it is absent. */
function unbuilt(layer: LayerJson): LayerJson {
  const rest = { ...layer };
  delete rest['build_config'];
  return rest;
}
