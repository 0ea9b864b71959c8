import type { PruneAmount, PruneStep } from '../../../protocol/steps/prune';
import type { ReadListener } from '../../checkpoint/read-large';
import { inParts } from '../../checkpoint/stored-tensor';
import type { ModelContent } from '../../checkpoint/types';
import { valuesOf } from '../../checkpoint/values';
import { ProgressMeter } from '../../progress-meter';
import { inThreads } from '../../thread-job';
import { cutLayer, globalCount, layersToCut, thresholdOf } from './plan';
import { isByMagnitude, rankingOf, type RankedLayer } from './ranking';
import { bitsFrom, SizesInOrder } from './scores-in-order';
import { boundaryPattern, type Selection } from './selection';
import { SIZE_SHIFT } from '../../checkpoint/survey';
import { sharingSteps, SharingResult, type SharingJob } from './sharing-job';

/**
 * Reads in threads what `planPrune` will ask about weights that are elsewhere: those that share the upper bits of a
 * threshold. What it does not foresee, the plan reads by itself.
 * @param seed that of the plan
 * @throws UserError where the step does not fit the model, CancelledError
 */
export async function readAhead(
  model: ModelContent,
  step: PruneStep,
  seed = 0,
  listener: ReadListener = {},
): Promise<void> {
  const ranking = rankingOf(step, seed);
  if (!isByMagnitude(ranking)) return;
  const { ranked, amounts, rest } = layersToCut(model, step, ranking);
  const own = amounts.map(([layer, amount]) => questionOf(layer, amount));
  const { amount } = step;
  if (amount === undefined) return read(own, listener);
  if (step.scope === 'layer') return read([...own, ...rest.map((layer) => questionOf(layer, amount))], listener);
  if (!('sparsity' in amount)) {
    const upper = patternOf(thresholdOf(amount, rest));
    return read([...own, ...rest.map(({ scores }) => ({ scores, upper }))], listener);
  }
  await read(own, listener);
  // A layer with an amount of its own decides how many weights the others lose.
  const selections = new Map(
    amounts.map(([layer, one]): [string, Selection] => [layer.layer.name, cutLayer(layer, one, step)]),
  );
  const upper = boundaryPattern(rest, globalCount(ranked, rest, selections, amount), step.allowEmptyLayers);
  await read(
    rest.map(({ scores }) => ({ scores, upper })),
    listener,
  );
}

/** Scores whose upper bits are these will be asked for. */
interface Question {
  readonly scores: RankedLayer['scores'];
  readonly upper: number;
}

function questionOf(layer: RankedLayer, amount: PruneAmount): Question {
  const { scores, weights } = layer;
  if (!('sparsity' in amount)) return { scores, upper: patternOf(thresholdOf(amount, [layer])) };
  const place = Math.min(scores.length - 1, Math.round(amount.sparsity * weights));
  return { scores, upper: scores instanceof SizesInOrder && place >= 0 ? scores.upperAt(place) : 0 };
}

const patternOf = (size: number): number => (size > 0 ? Math.floor(bitsFrom(size) / 2 ** SIZE_SHIFT) : 0);

async function read(asked: readonly Question[], { signal, onProgress }: ReadListener): Promise<void> {
  const users = asked.flatMap(({ scores, upper }) =>
    scores instanceof SizesInOrder && scores.isUnread(upper) ? [{ scores, upper }] : [],
  );
  const places = users.flatMap((user) =>
    user.scores.tensors.flatMap((tensor) => {
      const { stored } = valuesOf(tensor);
      return stored ? [{ user, stored }] : [];
    }),
  );
  const groups = inParts(places.map(({ stored }) => stored));
  const values = groups.flat().reduce((sum, { start, end }) => sum + end - start, 0);
  if (values === 0) return;
  const meter = new ProgressMeter('Reading the weights', values, 'weights', onProgress);
  const userOf = new Map(places.map(({ user, stored }) => [stored, user]));
  const jobs = groups.map((parts): SharingJob => ({
    kind: 'sharing',
    parts: parts.map((part) => ({ part, upper: userOf.get(part.tensor)!.upper })),
  }));
  const work = { program: 'weights', jobs, steps: sharingSteps, result: SharingResult };
  const found = await inThreads(work, { signal, advance: (more) => void meter.advance(more) });
  const lower = new Map(users.map((user): [typeof user, Uint16Array[]] => [user, []]));
  groups.forEach((parts, i) => parts.forEach(({ tensor }, k) => lower.get(userOf.get(tensor)!)!.push(found[i]![k]!)));
  for (const [{ scores, upper }, parts] of lower) scores.learn(upper, parts);
}
