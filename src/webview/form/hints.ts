import { count } from '../../protocol/format';
import type { Json } from './json';

/** How single fields are shown, by their key. Everything else follows from the schema. */
interface Hint {
  label?: string;
  /** Offered beside the values that the schema names. */
  examples?: readonly string[];
  /** Shown only where it is asked for. */
  folded?: true;
}

const HINTS: Readonly<Record<string, Hint>> = {
  amount: { label: 'Amount' },
  macs: { label: 'MACs' },
  params: { label: 'Parameters' },
  bytes: { label: 'Bytes, gzipped' },
  zeros: { label: 'What is all zero' },
  by: { label: 'Cut' },
  to: { label: 'To' },
  layers: { label: 'Single layers', folded: true },
  protect: { label: 'Protected layers', folded: true },
  granularity: { examples: ['4x4', '2:4', '1:4', '4:8'] },
  samples: { folded: true },
  batchSize: { folded: true },
  allowEmptyLayers: { label: 'Let a layer lose all its weights', folded: true },
  epochs: { label: 'Epochs' },
  warmup: { label: 'Warm-up' },
  gradual: { label: 'Gradual pruning' },
  distill: { label: 'Distillation' },
  regrow: { label: 'Let cut weights grow again' },
  number: { label: 'Number' },
  text: { label: 'Path' },
};

/** Values that read better in other words. */
const VALUES: Readonly<Record<string, string>> = {
  l2: 'L2',
  lamp: 'LAMP',
  obc: 'OBC',
  fpgm: 'FPGM',
  'bn-scale': 'Batch-normalisation scale',
  magnitude: 'Magnitude (L1)',
  wanda: 'Wanda',
  global: 'All layers together',
  layer: 'Each layer by itself',
};

export const hintOf = (key: string): Hint => HINTS[key] ?? {};

/** `learningRate` -> `Learning rate`. */
export function labelOf(key: string): string {
  const words = key.replace(/([a-z])([A-Z])/g, (_, last: string, first: string) => `${last} ${first.toLowerCase()}`);
  return hintOf(key).label ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** `exponential` -> `Exponential`. */
export const valueWords = (value: string): string => VALUES[value] ?? value.charAt(0).toUpperCase() + value.slice(1);

/** A default as words, for the place of a value that is not set. */
export function fallbackWords(value: Json | undefined): string {
  if (typeof value === 'number') return value >= 1000 ? count(value) : String(value);
  return typeof value === 'string' ? value : '';
}
