import { UserError } from '../../../protocol/errors';
import { MOST_LEVELS, MOST_ROWS, type LevelsStep, type WeightLevels } from '../../../protocol/measure/levels';
import type { ModelContent } from '../../checkpoint/types';
import { entropyBits } from '../../entropy';
import { readGraph } from '../../model/graph';
import { channelAt } from '../../model/kernel-channels';
import { roundingOf, type Rounding } from './rounding';
import type { KernelSample } from './sample';

/** Most weights of a layer that are looked at one by one. */
const JUDGED = 2 ** 19;

/**
 * Finds the values that the kernels of a layer would take in a step, before it runs, with the arithmetic of the step. Large
 * layers are judged by a sample of their weights.
 * @param judged most weights to look at
 * @throws UserError for a layer that the model does not have, or a name in the step that stands for no layer
 */
export function weightLevels(model: ModelContent, step: LevelsStep, layer: string, judged = JUDGED): WeightLevels {
  const place = readGraph(model).layers.findIndex(({ name }) => name === layer);
  if (place === -1) throw new UserError(`The model has no layer "${layer}".`);
  const rounding = roundingOf(model, step, place);
  if ('reason' in rounding) return { state: 'kept', reason: rounding.reason };
  const { kernels } = rounding;
  const found: Judged[] = [];
  for (const kernel of kernels) {
    const one = rounding.round(kernel, Math.floor(judged / kernels.length));
    if ('reason' in one) return { state: 'kept', reason: one.reason };
    found.push({ ...judge(one), tensor: kernel.tensor.name, weights: kernel.params, rounded: one });
  }
  const sum = (of: (one: Judged) => number): number => found.reduce((all, one) => all + of(one), 0);
  const weights = sum((one) => one.weights);
  /** The mean over all weights: each kernel counts by its size, whatever was looked at. */
  const mean = (of: (one: Judged) => number): number =>
    weights === 0 ? 0 : sum((one) => of(one) * one.weights) / weights;
  const [change, size] = [mean((one) => one.change), mean((one) => one.size)];
  const values = found.map(({ rounded, values }) => (rounded.values === undefined ? values : rounded.values));
  const most = values.reduce<number | null>(
    (all, one) => (all === null || one === null ? null : Math.max(all, one)),
    0,
  );
  return {
    state: 'changed',
    rows: rowsOf(found),
    scales: sum(({ rounded }) => rounded.scales),
    values: most,
    error: size === 0 ? 0 : Math.sqrt(change / size),
    bits: mean(({ rounded, values }) => rounded.bits ?? Math.log2(Math.max(1, values))),
    idealBits: mean(({ entropy }) => entropy),
    judged: sum(({ rounded }) => rounded.sample.data.length),
    weights,
    compensates: rounding.compensates,
  };
}

interface Judged {
  readonly tensor: string;
  readonly weights: number;
  readonly rounded: Rounding;
  /** Mean squared change, and mean square, of its weights. */
  readonly change: number;
  readonly size: number;
  /** Different values in units of their scale, and the entropy of one. */
  readonly values: number;
  readonly entropy: number;
}

function judge({ sample: { data, channels }, after, code }: Rounding): Omit<Judged, 'tensor' | 'weights' | 'rounded'> {
  let [change, size] = [0, 0];
  const counts = new Map<number, number>();
  for (let i = 0; i < data.length; i++) {
    change += (after[i]! - data[i]!) ** 2;
    size += data[i]! ** 2;
    const coded = code(after[i]!, channelAt(channels, i)) + 0;
    counts.set(coded, (counts.get(coded) ?? 0) + 1);
  }
  const all = Math.max(1, data.length);
  const entropy = entropyBits(counts.values()) / all;
  return { change: change / all, size: size / all, values: counts.size, entropy };
}

/** Lists the levels of some scales of each kernel, equally far apart in it, the widest first. */
function rowsOf(found: readonly Judged[]): Extract<WeightLevels, { state: 'changed' }>['rows'] {
  const own = Math.max(1, Math.floor(MOST_ROWS / found.length));
  const width = ({ levels }: { levels: readonly number[] }): number => (levels.at(-1) ?? 0) - (levels[0] ?? 0);
  return found.slice(0, MOST_ROWS).flatMap(({ tensor, rounded }) => {
    const { sample, scales } = rounded;
    const { count } = sample.channels;
    const shown = Math.min(own, count);
    const rows = Array.from({ length: shown }, (_, i) => {
      const place = Math.floor((i * count) / shown);
      const levels = [...(rounded.levels?.(place) ?? distinct(rounded, place))].sort((a, b) => a - b);
      return { tensor, channel: scales === 1 ? null : sample.places[place]!, levels };
    }).filter(({ levels }) => levels.length > 0 && levels.length <= MOST_LEVELS);
    return rows.sort((a, b) => width(b) - width(a));
  });
}

/** Lists the values after rounding of one channel of the sample, while they can be listed. */
function distinct({ after, sample }: { after: Float32Array; sample: KernelSample }, place: number): Set<number> {
  const { count, inner } = sample.channels;
  const values = new Set<number>();
  for (let start = place * inner; start < after.length; start += count * inner)
    for (let i = start; i < start + inner && values.size <= MOST_LEVELS; i++) values.add(after[i]! + 0);
  return values;
}
