import { compact, percent } from '../../protocol/format';
import type { Advice } from '../../protocol/advice';
import { t, translated } from '../../protocol/l10n';
import { METRICS } from '../../protocol/metric';
import type { Inspection, LayerInfo } from '../../protocol/model';
import type { PlannedLayer } from '../../protocol/plan';
import { scannedLayers, type ScanView } from '../sensitivity/scan';

/** The figures by which nodes can be colored. */
export const PAINTS = ['none', 'sparsity', 'bytes', 'macs', 'sensitivity', 'error'] as const;
export type PaintName = (typeof PAINTS)[number];

export const PAINT_WORDS: Record<PaintName, string> = {
  none: t('Nothing'),
  sparsity: t('Sparsity'),
  bytes: t('Share of weight bytes'),
  macs: t('Share of MACs'),
  sensitivity: t('Sensitivity'),
  error: t('Quantization error'),
};

/** A figure for each layer that has one, and the range of its colors. */
export interface Paint {
  readonly name: PaintName;
  readonly title: string;
  readonly values: ReadonlyMap<string, number>;
  readonly from: number;
  readonly to: number;
  readonly words: (value: number) => string;
  /** Why no layer has a figure; null: some have. */
  readonly missing: string | null;
}

/** All that figures are read from. */
export interface Painted {
  readonly inspection: Inspection;
  readonly after: ReadonlyMap<string, PlannedLayer>;
  readonly scan: ScanView | null;
  readonly advice: Advice | null;
}

/** Bits of the weights of a layer in its files. */
export const weightBits = ({ params, bitsPerWeight }: LayerInfo): number => params * (bitsPerWeight?.stored ?? 0);

/** Finds the figure of each layer. */
export function paintOf(name: PaintName, painted: Painted): Paint {
  const { layers } = painted.inspection;
  switch (name) {
    case 'none':
      return made(name, '', new Map(), percent);
    case 'sparsity': {
      const after = painted.after;
      const values = layers.map(({ name: layer, sparsity }): Entry => [layer, after.get(layer)?.after.sparsity ?? sparsity]); // prettier-ignore
      const title = after.size > 0 ? t('Sparsity after the planned pruning') : t('Sparsity');
      return { ...made(name, title, present(values), short), from: 0, to: 1 };
    }
    case 'bytes':
      return made(name, t('Share of the weight bytes of the model'), shares(layers, weightBits), short);
    case 'macs':
      return made(
        name,
        t('Share of the MACs of the model'),
        shares(layers, ({ macs }) => macs),
        short,
      );
    case 'sensitivity':
      return sensitivity(painted.scan);
    case 'error':
      return quantized(painted.scan, painted.advice);
  }
}

type Entry = [string, number | null];
const short = (value: number): string => percent(value, value < 0.1 ? 1 : 0);

const present = (entries: readonly Entry[]): Map<string, number> =>
  new Map(entries.filter((entry): entry is [string, number] => entry[1] !== null));

function shares(layers: readonly LayerInfo[], of: (layer: LayerInfo) => number | null): Map<string, number> {
  const total = layers.reduce((sum, layer) => sum + (of(layer) ?? 0), 0);
  return total === 0 ? new Map<string, number>() : present(layers.map((layer): Entry => [layer.name, (of(layer) ?? 0) === 0 ? null : of(layer)! / total])); // prettier-ignore
}

function made(name: PaintName, title: string, values: Map<string, number>, words: Paint['words'], why?: string): Paint {
  const largest = Math.max(0, ...values.values());
  const missing = values.size > 0 || name === 'none' ? null : (why ?? t('No layer of this model has such a figure.'));
  return { ...{ name, title, values, words, missing }, from: 0, to: largest };
}

/** The loss of the main metric at the most compression that every layer was measured at. */
function sensitivity(scan: ScanView | null): Paint {
  const layers = scan ? scannedLayers(scan) : [];
  const base = scan?.baseline;
  const values = new Map<string, number>();
  if (scan && base)
    for (const { name, points } of layers) {
      const worst = points.map(({ metrics }) => Math.abs(base.value - metrics[0].value));
      if (worst.length > 0) values.set(name, Math.max(...worst));
    }
  const title = base ? t('Largest change of {0} in the scan', translated(METRICS[base.name].words)) : t('Sensitivity');
  return made('sensitivity', title, values, compactly, t('Run a sensitivity scan first.'));
}

const compactly = (value: number): string => (value < 1 ? value.toFixed(3) : compact(value));

/** The change of the main metric in 8 or fewer bits: of a scan by quantization, or of the advice. */
function quantized(scan: ScanView | null, advice: Advice | null): Paint {
  if (scan?.by === 'quantize')
    return { ...sensitivity(scan), name: 'error', title: t('Largest change in the scan by bits') };
  const values = new Map<string, number>();
  const base = advice?.now.metrics?.[0];
  if (advice && base)
    for (const { name, savings } of advice.layers)
      for (const { method, metrics } of savings)
        if (method === 'quantize' && metrics) values.set(name, Math.abs(base.value - metrics[0].value));
  const title = base
    ? t('Change of {0} when this layer alone is quantized', translated(METRICS[base.name].words))
    : t('Quantization error');
  return made(
    'error',
    title,
    values,
    compactly,
    t('Ask for advice, or run a sensitivity scan by quantization, first.'),
  );
}

/** Colors of a figure, weak to strong. */
export const SHADES = 5;

/** The color of a value, 0 to `SHADES` - 1. */
export function shadeOf({ from, to }: Paint, value: number): number {
  if (to <= from) return 0;
  return Math.max(0, Math.min(SHADES - 1, Math.floor(((value - from) / (to - from)) * SHADES)));
}
