import type { AdviceMethodName, LayerAdvice, LayerSaving } from '../../protocol/advice';
import { UserError } from '../../protocol/errors';
import type { Progress } from '../../protocol/measure';
import { amountOf, type LayerSensitivity } from '../../protocol/measure/sensitivity';
import { mainText, type MetricValues } from '../../protocol/metric';
import type { ModelContent } from '../checkpoint/types';
import type { LayerTime } from '../measure/layer-times';
import type { Sample } from '../measure/sample';
import { scanSensitivity, type KnownPoints } from '../measure/sensitivity/scan';
import { figuresOf } from '../measure/inspect';
import { pauseUnless } from '../pause';
import type { AdviceMethod, LayerTrials } from './methods/method';
import { methods } from './methods/list';
import { savedBy } from './sizes';

/** A layer is measured until it has lost this share of what the model does better than a guess. */
const COLLAPSE = 0.3;

export interface LayersInput {
  readonly model: ModelContent;
  readonly inputShape: readonly number[] | undefined;
  readonly times: readonly LayerTime[];
  readonly seed: number;
  /** The examples, and a test of metrics; undefined without data. */
  readonly measuring: { readonly sample: Sample; readonly keeps: (metrics: MetricValues) => boolean } | undefined;
  /** Known points of a method, and storage for new ones. */
  readonly known: (method: AdviceMethodName) => Promise<KnownPoints | undefined>;
  /** The end of the time for all scans, as `performance.now()` tells it. */
  readonly deadline: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export interface LayersOutcome {
  readonly layers: LayerAdvice[];
  readonly reused: number;
  /** Sentences on what was left out. */
  readonly notes: readonly string[];
}

/** Tells for each layer of a model its shares and what each method could save in it alone. @throws UserError, CancelledError */
export async function adviseLayers(input: LayersInput): Promise<LayersOutcome> {
  const { model, inputShape, times } = input;
  const { layers, totals } = figuresOf(model, inputShape);
  const all = times.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const byName = new Map(times.map((time) => [time.name, time]));
  const weight = (name: string): number => {
    const layer = layers.find((one) => one.name === name)!;
    return layer.params / Math.max(1, totals.params) + (layer.macs ?? 0) / Math.max(1, totals.macs ?? 1);
  };
  const savings = new Map<string, LayerSaving[]>(layers.map(({ name }) => [name, []]));
  const notes: string[] = [];
  let reused = 0;
  const byLayer = methods.flatMap(({ name, layers: how }) => (how ? [{ name, layers: how }] : []));
  for (const [i, method] of byLayer.entries()) {
    const now = performance.now();
    const until = now + (input.deadline - now) / (byLayer.length - i);
    const told = await savingsBy(method, { ...input, deadline: until }, weight);
    if (typeof told === 'string') {
      notes.push(told);
      for (const one of savings.values()) one.push({ method: method.name, state: 'cannot', reason: told });
      continue;
    }
    reused += told.reused;
    for (const [name, saving] of told.savings) savings.get(name)?.push(saving);
  }
  const advised = layers.map(({ name, type, params, macs, reason }): LayerAdvice => {
    const own = savings.get(name)!;
    const time = byName.get(name);
    const why = own.every(({ state }) => state === 'cannot') ? (reason ?? own[0]?.reason) : undefined;
    return {
      ...{ name, type, params, macs },
      shares: {
        params: params / Math.max(1, totals.params),
        macs: macs === null || totals.macs === null ? null : macs / Math.max(1, totals.macs),
        time: time && all > 0 ? time.milliseconds / all : null,
      },
      time: time ? { milliseconds: time.milliseconds, noise: time.noise } : null,
      ...(why === undefined ? {} : { reason: why }),
      savings: own,
    };
  });
  return { layers: advised, reused, notes };
}

interface Told {
  readonly savings: ReadonlyMap<string, LayerSaving>;
  readonly reused: number;
}

/** Returns the savings by a method for each layer; a sentence where the model has nothing for it. */
async function savingsBy(
  { name: method, layers: how }: Required<Pick<AdviceMethod, 'name' | 'layers'>>,
  input: LayersInput,
  weight: (layer: string) => number,
): Promise<Told | string> {
  const { model, seed, measuring, signal } = input;
  await pauseUnless(signal);
  let trials: LayerTrials;
  try {
    if ('told' in how) {
      const told = await how.told(model, { seed, signal });
      return { savings: new Map([...told].map(([name, one]) => [name, { method, ...one }])), reused: 0 };
    }
    trials = await how.open(model, seed);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  const { layers } = trials.compressor;
  const saves = (layer: string, amount: number) => savedBy(model, trials.smaller(layer, amount), input.inputShape);
  const savings = new Map<string, LayerSaving>();
  for (const { name, state, reason = 'it has nothing for this method' } of layers)
    if (state !== 'scanned') savings.set(name, { method, state: 'cannot', reason });
  const open = layers.filter(({ state }) => state === 'scanned');
  if (open.length === 0) return { savings, reused: 0 };
  if (!measuring) {
    for (const { name } of open) {
      await pauseUnless(signal);
      const amount = how.words(how.usual);
      savings.set(name, { method, state: 'offers', amount, saves: saves(name, how.usual), metrics: null });
    }
    return { savings, reused: 0 };
  }
  const scan = await scanSensitivity({
    model,
    compressor: { ...trials.compressor, layers: [...layers].sort((a, b) => weight(b.name) - weight(a.name)) },
    sample: measuring.sample,
    options: { by: how.by, collapse: COLLAPSE },
    amounts: how.amounts,
    known: await input.known(method),
    enough: () => performance.now() > input.deadline,
    signal,
    onPart: (part) => {
      if (part.part === 'progress') input.onProgress({ ...part.progress, stage: `scanning layers: ${method}` });
    },
  });
  for (const layer of scan.layers) {
    if (layer.state !== 'scanned') continue;
    await pauseUnless(signal);
    savings.set(layer.name, { method, ...offered(layer, how.words, measuring.keeps, saves) });
  }
  return { savings, reused: scan.reused };
}

/** The most that a layer can lose within the budget. */
function offered(
  { name, points }: LayerSensitivity,
  words: (amount: number) => string,
  keeps: (metrics: MetricValues) => boolean,
  saves: (layer: string, amount: number) => NonNullable<LayerSaving['saves']>,
): Omit<LayerSaving, 'method'> {
  const [first] = points;
  if (!first) return { state: 'unknown', reason: 'there was no time to measure it' };
  // Up to the first point that costs too much: a better one behind it is noise of the sample.
  const end = points.findIndex(({ metrics }) => !keeps(metrics));
  const last = points.at(end < 0 ? -1 : end - 1);
  if (end === 0 || !last)
    return {
      state: 'costs',
      amount: words(amountOf(first)),
      metrics: first.metrics,
      reason: `${words(amountOf(first))} already leave only ${mainText(first.metrics)}`,
    };
  const amount = amountOf(last);
  const saved = saves(name, amount);
  if (saved.bytes <= 0 && saved.macs <= 0 && saved.params <= 0)
    return { state: 'cannot', reason: 'it would not become smaller' };
  return { state: 'offers', amount: words(amount), metrics: last.metrics, saves: saved };
}
