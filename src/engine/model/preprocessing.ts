import type { ModelContent } from '../checkpoint/types';
import { numberOf, type Config } from './topology-json';
import { readTopology, type TopologyLayer } from './topology';

/** Layers that move, repeat or drop pixels at inference, and change the value of none. */
const CARRIERS = new Set([
  ...['InputLayer', 'Reshape', 'Flatten', 'Permute', 'RepeatVector', 'Identity', 'Dropout', 'SpatialDropout2D'],
  ...['ZeroPadding2D', 'Cropping2D', 'CenterCrop', 'Resizing', 'UpSampling2D'],
  ...['RandomFlip', 'RandomCrop', 'RandomRotation', 'RandomTranslation', 'RandomZoom', 'RandomWidth', 'RandomHeight'],
]);
/** The largest number that preprocessing makes of the pixel 255, where it takes pixels as they are. */
const LARGEST_RESULT = 32;

/**
 * The layer with which a model begins if that takes pixels as they are, 0..255: Rescaling, or Normalization (Keras). Layers
 * before it that only move pixels do not count, and a nested model is looked into. Null where the model begins with another
 * layer, or with one that makes large numbers out of 0..255, so that it must have been made for smaller pixels.
 */
export function rawPixelLayer(model: ModelContent): string | null {
  const topology = readTopology(model.modelTopology);
  const [input] = topology?.inputs ?? [];
  if (!topology || input === undefined || topology.inputs.length !== 1) return null;
  const users = new Map<string, TopologyLayer[]>();
  for (const layer of topology.layers) for (const id of layer.inputs) users.set(id, [...(users.get(id) ?? []), layer]);
  const first = topology.layers.find(({ id }) => id === input);
  const found: TopologyLayer[] = [];
  const seen = new Set<string>();
  const open = first ? [first] : [];
  for (let layer = open.pop(); layer; layer = open.pop()) {
    if (seen.has(layer.id)) continue;
    seen.add(layer.id);
    if (CARRIERS.has(layer.type)) open.push(...(users.get(layer.id) ?? []));
    else found.push(layer);
  }
  const name = found[0]?.name;
  return name !== undefined && found.every((layer) => takesRawPixels(layer, model)) ? name : null;
}

function takesRawPixels({ type, config, path }: TopologyLayer, model: ModelContent): boolean {
  if (type === 'Rescaling')
    return Math.abs(255 * numberOf(config['scale'], NaN) + numberOf(config['offset'], 0)) <= LARGEST_RESULT;
  if (type !== 'Normalization') return false;
  const { mean, variance } = statisticsOf(config, path.at(-1) ?? '', model);
  // Statistics that nobody knows are those of pixels: the layer is adapted to what enters the model.
  if (mean === undefined || variance === undefined) return true;
  return Math.abs(255 - mean) / Math.sqrt(Math.max(variance, 1e-14)) <= LARGEST_RESULT;
}

/** Of the first channel, from the layer's description or its weights. */
function statisticsOf(config: Config, name: string, { tensors }: ModelContent) {
  const stored = (wanted: string): number | undefined => {
    const found = [...tensors.keys()].find((key) => key === `${name}/${wanted}` || key.endsWith(`/${name}/${wanted}`));
    return found === undefined ? undefined : tensors.get(found)?.data[0];
  };
  const said = (wanted: string): number | undefined => {
    const first: unknown = [config[wanted]].flat(Infinity)[0];
    return typeof first === 'number' && Number.isFinite(first) ? first : undefined;
  };
  return { mean: said('mean') ?? stored('mean'), variance: said('variance') ?? stored('variance') };
}
