import { UserError } from '../../../protocol/errors';
import type { Progress } from '../../../protocol/measure';
import {
  FOR_NEW_NETWORKS,
  normalizationName,
  RAW,
  sameNormalization,
  type Normalization,
  type NormalizationInUse,
  type NormalizationTrial,
} from '../../../protocol/normalization';
import { isBetter } from '../../../protocol/metric';
import { storedDataset } from '../../checkpoint/provenance';
import type { ModelContent } from '../../checkpoint/types';
import type { Dataset, OpenData, SizedData } from '../../dataset/open-data';
import type { LoadListener } from '../../dataset/pictures/load';
import { readGraph } from '../../model/graph';
import { rawPixelLayer } from '../../model/preprocessing';
import { inputValues } from '../../model/input-values';
import type { Network } from '../../model/network';
import { whyNotRunnable } from '../../model/runnable';
import { asStored, withTask } from '../tasked-network';
import { NoTask } from '../tasks/task';
import { knownClasses, teachableMachine } from './beside';
import { decide, knowsNothing } from './decide';
import { decideByLoss } from './decide-by-loss';
import { tryNormalizations, type Trial } from './trial';
import { UndecidedNormalization } from './undecided';

/** Options of finding the normalization of a model. */
export interface FitOptions {
  /** Lends the running model with its own weights. */
  readonly lend: <T>(work: (running: Network) => Promise<T>) => Promise<T>;
  /** Keeps the result of a trial, so that it is made once. */
  readonly keep?: <T>(make: () => Promise<T>) => Promise<T>;
  /** True where a network that only guesses gets the normalization of new networks. */
  readonly asNew?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Prepares data for a model. The normalization is, in this order: the one that the person gave; the stored one of the
 * checkpoint; raw pixels, where the first layer takes them; the one that is clearly best on some examples.
 * @throws UserError where the model cannot run or does not classify the data; `UndecidedNormalization`; CancelledError
 */
export async function fitData(model: ModelContent, data: OpenData, options: FitOptions): Promise<Dataset> {
  refuseMisfits(model);
  const sized = await sizedFor(model, data, options);
  const known = asNumbers(model, sized) ?? givenTo(data) ?? knownNormalization(model);
  return sized.under(known ?? (await foundNormalization(sized, options)));
}

/**
 * Prepares data as `fitData` for a model such as a teacher, for which the data was not given: its own normalization
 * comes first.
 */
export async function fitDataToOther(model: ModelContent, data: OpenData, options: FitOptions): Promise<Dataset> {
  refuseMisfits(model);
  const sized = await sizedFor(model, data, options);
  const known = asNumbers(model, sized) ?? knownNormalization(model) ?? givenTo(data);
  return sized.under(known ?? (await foundNormalization(sized, options)));
}

/** Prepares data for a network with random weights. */
export async function fitDataToNew(model: ModelContent, data: OpenData, listener: LoadListener): Promise<Dataset> {
  const sized = await sizedFor(model, data, listener);
  return sized.under(asNumbers(model, sized) ?? givenTo(data) ?? forNew(sized));
}

/**
 * Returns the data in the shape of the model's input, with its classes in the model's order. @throws UserError,
 * CancelledError
 */
export async function sizedFor(model: ModelContent, data: OpenData, listener: LoadListener): Promise<SizedData> {
  const { inputs, results, calls } = readGraph(model);
  const sized = await data.at(inputs[0] ?? undefined, listener, teachableMachine(model)?.preprocess);
  const [result, ...others] = results;
  const outputs = result && others.length === 0 && result.output === 0 ? calls[result.call]!.shape?.at(-1) : null;
  const named = knownClasses(model, outputs ?? null)?.names;
  // A network that was trained on data with classes may tell something else, as an autoencoder does.
  const known = named && tellsApart(outputs, named.length) ? named : undefined;
  const own = sized.info.classNames;
  if (known && own.length > 0 && known.length !== own.length)
    throw new NoTask(
      `The model tells ${known.length} classes apart (${known.join(', ')}) but the dataset has ${own.length} (${own.join(', ')}): choose the data it was trained on${known.length > own.length ? `, or name all ${known.length} classes as "classNames" of the data` : ''}.`,
    );
  return known ? sized.inOrderOf(known) : sized;
}

/** Returns true for as many outputs as classes, or one for two. */
const tellsApart = (outputs: number | null | undefined, classes: number): boolean =>
  outputs == null || outputs === classes || (outputs === 1 && classes === 2);

/**
 * Returns the normalization of numbers that are not pixels, which is none; undefined for pixels.
 * @throws UserError where another one was given, or the model was trained with another one
 */
function asNumbers(model: ModelContent, data: SizedData): NormalizationInUse | undefined {
  if (data.kind === 'pixels' && !takesRows(model)) return undefined;
  const [given, stored] = [data.given, storedNormalization(model)];
  if (given && !sameNormalization(given, RAW))
    throw new UserError(
      `The examples of ${data.info.name} are numbers and no pixels of 0 to 255, so they enter the model as they are: leave the normalization out.`,
    );
  if (stored && !sameNormalization(stored, RAW))
    throw new UserError(
      `The model was trained on pixels with normalization ${normalizationName(stored)}, but the examples of ${data.info.name} are numbers and no pixels of 0 to 255: give its images as bytes.`,
    );
  return { ...RAW, from: 'values' };
}

/** Tells whether a model looks its inputs up in a table, as words are: they are numbers and no pixels. */
function takesRows(model: ModelContent): boolean {
  const { nodes, calls, inputCalls } = readGraph(model);
  return inputValues({ nodes, calls, inputCalls, results: [] }).some(({ kind }) => kind === 'rows');
}

/** Reads the normalization from a model without running it: from its checkpoint or its layers. */
export function knownNormalization(model: ModelContent): NormalizationInUse | undefined {
  const stored = storedNormalization(model);
  if (stored) return { ...stored, from: 'stored' };
  const layer = rawPixelLayer(model);
  return layer === null ? undefined : { ...RAW, from: 'layer', layer };
}

/** Reads the normalization that Secateur wrote into a checkpoint, or that a model of Teachable Machine has. */
export function storedNormalization(model: ModelContent): Normalization | undefined {
  const stored = storedDataset(model)?.normalization;
  return stored ? { mean: stored.mean, std: stored.std } : teachableMachine(model)?.normalization;
}

const givenTo = ({ given }: OpenData): NormalizationInUse | undefined =>
  given && { mean: given.mean, std: given.std, from: 'given' };

function refuseMisfits(model: ModelContent): void {
  const why = whyNotRunnable(model);
  if (why !== undefined) throw new UserError(why);
}

/** Images whose pixels deviate less, as a share of 255, would enter a new network as almost equal numbers. */
const LEAST_CONTRAST = 0.05;

/** Returns the normalization for a network that has learned nothing. */
function forNew(data: SizedData): NormalizationInUse {
  const own = data.standardization();
  const flat = own !== null && own.std < LEAST_CONTRAST;
  return { ...(flat ? own : FOR_NEW_NETWORKS), from: 'new' };
}

/** Finds the normalization by the range of outputs that reproduce the examples, or tries each common one. @throws UndecidedNormalization */
async function foundNormalization(data: SizedData, options: FitOptions): Promise<NormalizationInUse> {
  const { lend, asNew = false } = options;
  const implied = await lend((running) => Promise.resolve(withTask(running, asStored(data)).task.implied));
  if (implied) return { ...implied, from: 'output' };
  const { decision, blank, evidence } = await tried(data, options);
  if (!decision && blank && asNew) return { ...forNew(data), trial: evidence };
  if (!decision) throw new UndecidedNormalization(evidence);
  const { mean, std } = decision.best.normalization;
  const { note } = decision;
  return { mean, std, from: 'found', trial: evidence, ...(note === undefined ? {} : { note }) };
}

/**
 * Tries each common normalization of data for a model, whatever is known of it.
 * @throws UserError where the model does not fit the data, CancelledError
 */
export async function triedNormalizations(
  model: ModelContent,
  data: OpenData,
  options: FitOptions,
): Promise<NormalizationTrial> {
  return (await tried(await sizedFor(model, data, options), options)).evidence;
}

/** Tries each common normalization, and decides for one where it is clearly the best. */
function tried(data: SizedData, { lend, keep = (make) => make(), signal, onProgress }: FitOptions) {
  return lend((running) =>
    keep(async () => {
      const trial = await tryNormalizations(running, data, { signal, onProgress });
      const { answers, labels } = trial;
      const evidence = evidenceOf(trial);
      if (!labels) return { decision: decideByLoss(answers, beatsChance), blank: !answers.some(beatsChance), evidence };
      const blank = knowsNothing(answers, labels, answers[0]!.sums.confusion!.length);
      return { decision: decide(answers, labels), blank, evidence };
    }),
  );
}

type Tried = Trial['answers'][number];

function beatsChance({ sums }: Tried): boolean {
  const [{ name, value }] = sums.values;
  return Number.isFinite(value) && isBetter(name, value, sums.chance);
}

function evidenceOf({ answers, labels, samples }: Trial): NormalizationTrial {
  const of = ({ normalization, guesses, losses, sums }: Tried): NormalizationTrial['tried'][number] => {
    const loss = losses.reduce((sum, one) => sum + one, 0) / samples;
    const { mean, std } = normalization;
    const tried = { mean, std, loss: Number.isFinite(loss) ? loss : null };
    if (labels) {
      const hits = guesses.reduce((sum, guess, i) => sum + (guess === labels[i] ? 1 : 0), 0);
      return { ...tried, accuracy: hits / samples };
    }
    // Errors have the unit of their own normalization; the ratio to the range of pixels has none.
    const metric = sums.values.find(({ name }) => name === 'psnr') ?? sums.values[0];
    return Number.isFinite(metric.value) ? { ...tried, metric } : tried;
  };
  return { samples, tried: answers.map(of) };
}
