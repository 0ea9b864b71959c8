import { z } from 'zod';
import { LayerJson } from './topology-json';

const Call = z.array(z.tuple([z.string(), z.number().int().min(0)], z.unknown()));

/**
 * Whether the layers of a functional model can be called one after another. TensorFlow.js would wait for ever for a layer
 * that calls one which does not exist, or that calls itself.
 * @param modelTopology from model.json
 * @returns the name of a layer whose calls can never be made; undefined where all is sound
 */
export function unsoundLayer(modelTopology: Readonly<Record<string, unknown>>): string | undefined {
  const parsed = LayerJson.safeParse(modelTopology['model_config'] ?? modelTopology);
  return parsed.success ? unsoundIn(parsed.data, 0) : undefined;
}

function unsoundIn(model: LayerJson, depth: number): string | undefined {
  const config = Array.isArray(model.config) ? { layers: model.config } : (model.config ?? {});
  const layers = z.array(LayerJson).safeParse(config['layers']);
  if (!layers.success || depth > 16) return undefined;
  for (const layer of layers.data) {
    const inside = unsoundIn(layer, depth + 1);
    if (inside !== undefined) return inside;
  }
  return model.class_name === 'Sequential' ? undefined : firstUncallable(layers.data);
}

/** Makes calls as long as one can be made, as TensorFlow.js does; what is left over never will be. */
function firstUncallable(layers: readonly LayerJson[]): string | undefined {
  const made = new Map<string, number>();
  let waiting: { name: string; call: [string, number][] }[] = [];
  for (const layer of layers) {
    const name = layer.name ?? '';
    const nodes = layer.inbound_nodes ?? [];
    made.set(name, layer.class_name === 'InputLayer' || nodes.length === 0 ? 1 : 0);
    for (const node of nodes) {
      const call = Call.safeParse(node);
      if (!call.success) return name;
      waiting.push({ name, call: call.data.map(([from, index]) => [from, index]) });
    }
  }
  for (;;) {
    const blocked = waiting.filter(({ name, call }) => {
      if (!call.every(([from, index]) => (made.get(from) ?? 0) > index)) return true;
      made.set(name, (made.get(name) ?? 0) + 1);
      return false;
    });
    if (blocked.length === 0) return undefined;
    if (blocked.length === waiting.length) return blocked[0]!.name;
    waiting = blocked;
  }
}
