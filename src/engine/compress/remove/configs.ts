import { z } from 'zod';
import type { ModelContent } from '../../checkpoint/types';
import { LayerJson, type Config } from '../../model/topology-json';

const Layers = z.array(LayerJson);

/** A copy of a flat model's description, in which the configurations of some layers, by name, have other values. */
export function withConfigs(
  topology: ModelContent['modelTopology'],
  changes: ReadonlyMap<string, Config>,
): Record<string, unknown> {
  const copy = structuredClone(topology);
  const model = LayerJson.parse(copy['model_config'] ?? copy);
  const layers = Layers.parse(Array.isArray(model.config) ? model.config : model.config?.['layers']).map((layer) => {
    const { config } = layer;
    if (!config || Array.isArray(config)) return layer;
    const change = changes.get(layer.name ?? String(config['name']));
    const { build_config: built, ...rest } = layer;
    // Keras 3 notes the shape with which a layer was built, which may be another now; it works it out where it is absent.
    return {
      ...rest,
      ...(built && changes.size === 0 ? { build_config: built } : {}),
      config: { ...config, ...change },
    };
  });
  const changed = { ...model, config: Array.isArray(model.config) ? layers : { ...model.config, layers } };
  return 'model_config' in copy ? { ...copy, model_config: changed } : changed;
}
