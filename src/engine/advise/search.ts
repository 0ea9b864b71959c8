import { UserError } from '../../protocol/errors';
import type { Progress } from '../../protocol/measure';
import { ProgressMeter } from '../progress-meter';
import { pauseUnless } from '../pause';
import type { Candidate, Tries } from './candidate';
import type { Rule } from './goal';
import type { Family } from './methods/method';

/** Halvings of the range of strengths. */
const HALVINGS = 7;
/** Times are noisy, and a file grows by some percent while its weights are trained: both are aimed at below their limits. */
const AIMED = { bytes: 0.95, macs: 1, latency: 0.97 };

export interface SearchInput {
  readonly families: readonly Family[];
  readonly rule: Rule | undefined;
  readonly tries: Tries;
  readonly most: number;
  /** The end of the time, as `performance.now()` tells it. */
  readonly deadline: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export interface SearchOutcome {
  readonly candidates: readonly Candidate[];
  /** Families of which no recipe fits the model, each with the reason, as a sentence. */
  readonly refused: readonly string[];
  /** Recipes for which there was no time. */
  readonly left: number;
}

/**
 * Tries recipes: for each family that reduces what the goal limits, the weakest that meets it; then each family at its own
 * strengths, in turns. A recipe that does not fit the model is left out.
 * @throws CancelledError
 */
export async function searchRecipes(input: SearchInput): Promise<SearchOutcome> {
  const { families, rule, tries, most, signal } = input;
  const candidates = new Map<string, Candidate>();
  const refused = new Map<string, string>();
  const plain = families.reduce((sum, { strengths }) => sum + strengths.length, 0);
  const aimed = families.filter((family) => aimsAt(family, rule));
  const total = Math.min(most, plain + aimed.length);
  const meter = new ProgressMeter('trying recipes', total, 'recipes', input.onProgress);
  let left = 0;
  const isOver = (): boolean => performance.now() > input.deadline || candidates.size >= most;
  const attempt = async (family: Family, find: () => Promise<number>, isWeakest = false): Promise<void> => {
    if (refused.has(family.name)) return;
    if (isOver()) {
      left++;
      return;
    }
    await pauseUnless(signal);
    try {
      const strength = await find();
      const key = JSON.stringify([family.name, strength]);
      if (!candidates.has(key)) candidates.set(key, await tries.candidate(family, strength));
      meter.advance(1);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // A recipe that is too strong for the model says nothing of the weaker ones.
      if (isWeakest) refused.set(family.name, error.message);
    }
  };
  for (const family of aimed) await attempt(family, () => weakest(family, rule!, tries, signal));
  const longest = Math.max(0, ...families.map(({ strengths }) => strengths.length));
  for (let i = 0; i < longest; i++)
    for (const family of families) {
      const strength = family.strengths[i];
      if (strength !== undefined) await attempt(family, () => Promise.resolve(strength), i === 0);
    }
  return { candidates: [...candidates.values()], refused: [...new Set(refused.values())], left };
}

const aimsAt = ({ between, reduces }: Family, rule: Rule | undefined): boolean =>
  between && rule?.size !== undefined && reduces.includes(rule.size);

/** Finds the weakest strength that meets a size; the strongest that fits the model where none does. @throws UserError where none fits */
async function weakest(family: Family, { size, limit }: Rule, tries: Tries, signal: AbortSignal): Promise<number> {
  if (size === undefined || limit === undefined) throw new Error('a goal without a size is not searched for');
  let why: UserError | undefined;
  /** Null: too strong for the model. */
  const meets = async (strength: number): Promise<boolean | null> => {
    await pauseUnless(signal);
    try {
      return (await tries.size(size, family, strength)) <= AIMED[size] * limit;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      why = error;
      return null;
    }
  };
  let [low, high] = [0, family.strengths.at(-1)!];
  let isMet = await meets(high);
  if (isMet === false) return high;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = Number(((low + high) / 2).toFixed(4));
    const met = await meets(middle);
    if (met === false) low = middle;
    else [high, isMet] = [middle, met];
  }
  if (isMet === true) return high;
  if (low === 0 && why) throw why;
  return low;
}
