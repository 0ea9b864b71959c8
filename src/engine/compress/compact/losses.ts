import { tf } from '../../tf';
import type { ModelContent } from '../../checkpoint/types';
import type { Dataset } from '../../dataset/open-data';
import { readGraph } from '../../model/graph';
import type { ModelGraph } from '../../model/model-graph';
import { pauseUnless } from '../../pause';
import { withSubject, type CalibrationOptions, type Subject } from '../calibration/subject';
import type { Candidate } from './candidates';
import type { Convolution } from './convolution';
import type { Form, Problem, Values } from './form';
import type { Option } from './options';
import { outputScale } from './output-scale';
import { composed, refine, type Approximation } from './refine';
import { samplesFor, secondMoments } from './second-moments';

/** Rounds of alternating least squares for an option: later ones change little. */
const ROUNDS = 2;

/** An option with its start, and what that loses. */
export interface Rated extends Option {
  readonly factors: readonly Values[];
  /** Squared error of the layer's outputs as a share of their mean square; of its weights without data. */
  readonly loss: number;
}

/** The rated options of a layer, from the cheapest; those that lose more than a cheaper one are left out. */
export interface RatedLayer {
  readonly convolution: Convolution;
  /** See `outputScale`. */
  readonly scale: Float32Array | undefined;
  readonly options: readonly Rated[];
}

/**
 * Rates the options of each layer on training examples, or by weights alone.
 * @returns by layer name
 * @throws UserError where the model cannot run or does not fit the examples, CancelledError
 */
export async function rated(
  model: ModelContent,
  candidates: readonly Candidate[],
  data: Dataset | null,
  options: Omit<CalibrationOptions, 'stage'>,
): Promise<Map<string, RatedLayer>> {
  const graph = readGraph(model);
  const open = candidates.filter((one): one is Required<Pick<Candidate, 'node' | 'open'>> => one.open !== undefined);
  const each = async (momentsOf: (convolution: Convolution, stage: string) => Promise<Float32Array | undefined>) => {
    const found = new Map<string, RatedLayer>();
    for (const [i, candidate] of open.entries()) {
      const { convolution } = candidate.open;
      const moments = await momentsOf(convolution, `measuring ${convolution.name}, ${i + 1} of ${open.length}`);
      found.set(candidate.node.name, await rateLayer(graph, candidate, moments ?? null, options.signal));
    }
    return found;
  };
  if (!data) return each(() => Promise.resolve(undefined));
  return withSubject(model, data, { ...options, stage: 'measuring' }, (subject) =>
    each((convolution, stage) => secondMoments(staged(subject, convolution, stage), convolution)),
  );
}

const staged = (subject: Subject, convolution: Convolution, stage: string): Subject => ({
  ...subject,
  images: subject.images.first(samplesFor(convolution, subject.images.length)),
  options: { ...subject.options, stage },
});

async function rateLayer(
  graph: ModelGraph,
  { node, open: { convolution, options } }: Required<Pick<Candidate, 'node' | 'open'>>,
  moments: Float32Array | null,
  signal: AbortSignal | undefined,
): Promise<RatedLayer> {
  const scale = outputScale(graph, node);
  const problem = { convolution, kernel: scaled(convolution, scale), moments };
  const equations = equationsOf(problem);
  const best: Rated[] = [];
  /** Each form once, for all its sizes. */
  const prepared = new Map<Form, ReturnType<Form['starts']>>();
  try {
    for (const option of options) {
      await pauseUnless(signal);
      const { form, sizes } = option;
      const starts = prepared.get(form) ?? form.starts(problem);
      prepared.set(form, starts);
      const factors = await refined({ convolution, form, factors: starts(sizes) }, equations, signal);
      const loss = lossOf({ ...option, convolution, factors }, equations);
      if (loss < (best.at(-1)?.loss ?? Infinity)) best.push({ ...option, factors, loss });
    }
  } finally {
    tf.dispose({ ...equations });
  }
  return { convolution, scale, options: best };
}

/** The original kernel, and its equations where moments were measured. */
interface Equations extends Record<string, tf.Tensor2D | undefined> {
  readonly original: tf.Tensor2D;
  readonly moments?: tf.Tensor2D;
  readonly diagonal?: tf.Tensor2D;
  readonly products?: tf.Tensor2D;
}

function equationsOf({ convolution: { taps, inputs, outputs }, kernel, moments }: Problem): Equations {
  const rows = taps * inputs;
  const original = tf.tensor2d(kernel, [rows, outputs]);
  if (!moments) return { original };
  const sums = tf.tensor2d(moments, [rows, rows]);
  const diagonal = tf.tensor2d(moments.filter((_, i) => i % (rows + 1) === 0), [rows, 1]); // prettier-ignore
  return { original, moments: sums, diagonal, products: tf.matMul(sums, original) };
}

/** Refines the factors of an option a little where there are examples: the order of the options needs it. */
async function refined(
  start: Approximation,
  { original, moments, diagonal, products }: Equations,
  signal: AbortSignal | undefined,
): Promise<readonly Values[]> {
  if (!moments || !diagonal || !products) return start.factors;
  const pause = (): Promise<void> => pauseUnless(signal);
  return refine(start, { moments, diagonal, products }, { original, rounds: ROUNDS, pause });
}

/** Returns the kernel with each output multiplied by its scale. */
function scaled({ kernel, outputs }: Convolution, scale: Float32Array | undefined): Float32Array {
  const { data } = kernel.tensor;
  return Float32Array.from(data, (value, i) => value * (scale?.[i % outputs] ?? 1));
}

function lossOf(approximation: Approximation, { original, moments }: Equations): number {
  const [off, all] = tf.tidy(() => {
    const size = (one: tf.Tensor2D): tf.Tensor => tf.sum(tf.mul(one, moments ? tf.matMul(moments, one) : one));
    return tf.stack([size(tf.sub(composed(approximation), original)), size(original)]).dataSync<'float32'>();
  });
  return all! > 0 ? Math.max(0, off! / all!) : 0;
}
