import * as z from 'zod';
import type { ModelContent } from '../../../checkpoint/types';
import { LayerJson, stringOf } from './json';

/** Lists the own names of all layers in a description, those of nested models included. */
export function layerNamesOf({ modelTopology }: ModelContent): string[] {
  const whole = LayerJson.safeParse(modelTopology['model_config'] ?? modelTopology).data;
  return whole ? namesIn(whole) : [];
}

function namesIn({ config }: LayerJson): string[] {
  const layers = z.array(LayerJson).safeParse(Array.isArray(config) ? config : config?.['layers']).data ?? [];
  return layers.flatMap((layer) => {
    const inner = Array.isArray(layer.config) ? undefined : stringOf(layer.config?.['name']);
    return [...[layer.name ?? inner ?? []].flat(), ...namesIn(layer)];
  });
}
