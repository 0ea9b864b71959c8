import type { Option } from './scheme';

/** A measure of what a model costs. */
export type Cost = 'params' | 'macs';

/** A layer whose ranks are to be chosen, and what it costs as it is. */
export interface Choices {
  readonly options: readonly Option[];
  readonly now: Pick<Option, Cost | 'moved'>;
}

/** Returns the options that cost less by one measure, and no more by the other. */
export const saving = ({ options, now }: Choices): Option[] =>
  options.filter(
    ({ params, macs }) => params <= now.params && macs <= now.macs && (params < now.params || macs < now.macs),
  );

/** Multiply-accumulates that take about as long as it takes to read or to write one number. */
const MOVE = 16;

/** Tells whether an option takes less time than the layer as it is: thin layers may move more numbers than they save products. */
export const isFaster = (option: Option, now: Choices['now']): boolean =>
  option.macs + MOVE * option.moved < now.macs + MOVE * now.moved;

/**
 * Chooses ranks for layers so that together they cost no more than a budget, and lose as little as possible: the sum of the
 * errors of their outputs, each as a share of its variance. A layer may stay as it is.
 * @returns for each layer its option, or null where it stays; undefined where no choice is within the budget
 */
export function withinBudget(layers: readonly Choices[], cost: Cost, budget: number): (Option | null)[] | undefined {
  const ways = layers.map((layer): Way[] => [
    { option: null, cost: layer.now[cost], error: 0 },
    ...saving(layer).map((option): Way => ({ option, cost: option[cost], error: option.error })),
  ]);
  const chosen = ways.map((all) => hullOf(all));
  const at = chosen.map(() => 0);
  let total = chosen.reduce((sum, hull) => sum + hull[0]!.cost, 0);
  while (total > budget) {
    // The next step is that which loses least for what it saves.
    const steps = chosen.flatMap((hull, i) => {
      const [from, to] = [hull[at[i]!]!, hull[at[i]! + 1]];
      return to ? [{ i, saved: from.cost - to.cost, price: (to.error - from.error) / (from.cost - to.cost) }] : [];
    });
    if (steps.length === 0) return undefined;
    const next = steps.reduce((best, one) => (one.price < best.price ? one : best));
    at[next.i]!++;
    total -= next.saved;
  }
  const picked = chosen.map((hull, i) => hull[at[i]!]!);
  // The rest of the budget goes to the layer that gains most by it.
  for (;;) {
    const left = budget - picked.reduce((sum, one) => sum + one.cost, 0);
    const gains = ways.flatMap((all, i) =>
      all
        .filter((one) => one.cost - picked[i]!.cost <= left && one.error < picked[i]!.error)
        .map((to) => ({ i, to, gain: picked[i]!.error - to.error })),
    );
    if (gains.length === 0) return picked.map(({ option }) => option);
    const best = gains.reduce((most, one) => (one.gain > most.gain ? one : most));
    picked[best.i] = best.to;
  }
}

interface Way {
  readonly option: Option | null;
  readonly cost: number;
  readonly error: number;
}

/** Returns the lower convex hull from the dearest way to the cheapest one. */
function hullOf(ways: readonly Way[]): Way[] {
  const sorted = ways.toSorted((a, b) => b.cost - a.cost || a.error - b.error);
  const hull: Way[] = [];
  for (const way of sorted) {
    const last = hull.at(-1);
    if (last?.cost === way.cost) continue;
    while (hull.length > 1 && slope(hull.at(-2)!, hull.at(-1)!) >= slope(hull.at(-2)!, way)) hull.pop();
    hull.push(way);
  }
  return hull;
}

const slope = (from: Way, to: Way): number => (to.error - from.error) / (from.cost - to.cost);

/** Chooses the option with the smallest product of what it loses and what it costs; undefined where none saves. */
export function bestFor(layer: Choices): Option | undefined {
  const score = ({ error, params, macs }: Option): number =>
    (error + 1e-9) * (params / layer.now.params + macs / layer.now.macs);
  return saving(layer).reduce<Option | undefined>(
    (best, one) => (best && score(best) <= score(one) ? best : one),
    undefined,
  );
}
