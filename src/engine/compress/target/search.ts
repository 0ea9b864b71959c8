/** An amount for one layer, with the rise in the model's loss and the change of its size. */
export interface Choice {
  /** A sparsity, a share of channels, or bits; 0 leaves the layer unchanged. */
  readonly amount: number;
  readonly loss: number;
  readonly cost: number;
}

/** A layer with its choices. The first choice leaves it unchanged: amount, loss and cost 0. */
export interface SearchLayer {
  readonly name: string;
  readonly choices: readonly Choice[];
}

/** A choice for each layer. Loss and cost are sums, since the search assumes that they add up. */
export interface Plan {
  /** Amount by layer name; unchanged layers are absent. */
  readonly amounts: ReadonlyMap<string, number>;
  readonly loss: number;
  readonly cost: number;
}

/** Limit of the states that dynamic programming keeps from layer to layer. */
const MOST_STATES = 2000;

/**
 * Searches the plans that no other beats in both loss and cost, from the largest model to the smallest.
 * The greedy search repeatedly takes the choice with the least loss for its gain. The dynamic search goes layer by layer
 * and keeps the sums that no other beats; if these become too many, it keeps the best of each of equal intervals of
 * cost. Plans with the same amount for all layers are added, so that neither search is worse than them.
 */
export function searchPlans(layers: readonly SearchLayer[], search: 'greedy' | 'dynamic'): Plan[] {
  const found = search === 'greedy' ? greedyPlans(layers) : dynamicPlans(layers);
  return frontier([...found, ...uniformPlans(layers)]);
}

/** Keeps the items that no other beats in both loss and cost, by falling cost and rising loss. */
export function frontier<T extends { readonly loss: number; readonly cost: number }>(all: readonly T[]): T[] {
  const kept: T[] = [];
  let least = Infinity;
  for (const one of [...all].sort((a, b) => a.loss - b.loss || a.cost - b.cost))
    if (one.cost < least) {
      kept.push(one);
      least = one.cost;
    }
  return kept;
}

function planOf(layers: readonly SearchLayer[], chosen: readonly number[]): Plan {
  const amounts = new Map<string, number>();
  let [loss, cost] = [0, 0];
  layers.forEach(({ name, choices }, i) => {
    const choice = choices[chosen[i]!]!;
    if (chosen[i] !== 0) amounts.set(name, choice.amount);
    loss += choice.loss;
    cost += choice.cost;
  });
  return { amounts, loss, cost };
}

function greedyPlans(layers: readonly SearchLayer[]): Plan[] {
  const chosen = layers.map(() => 0);
  const plans: Plan[] = [];
  for (;;) {
    let best: { layer: number; next: number; rate: number } | undefined;
    layers.forEach(({ choices }, layer) => {
      const now = choices[chosen[layer]!]!;
      // Look at all later choices: a first small amount may cost more than the large one after it.
      for (let next = chosen[layer]! + 1; next < choices.length; next++) {
        const gain = now.cost - choices[next]!.cost;
        if (gain <= 0) continue;
        const rate = (choices[next]!.loss - now.loss) / gain;
        if (!best || rate < best.rate) best = { layer, next, rate };
      }
    });
    if (!best) return plans;
    chosen[best.layer] = best.next;
    plans.push(planOf(layers, chosen));
  }
}

/** A sum over the layers so far. */
interface State {
  readonly loss: number;
  readonly cost: number;
  readonly choice: number;
  readonly before: State | null;
}

function dynamicPlans(layers: readonly SearchLayer[]): Plan[] {
  let states: State[] = [{ loss: 0, cost: 0, choice: 0, before: null }];
  for (const { choices } of layers) {
    const sums = states.flatMap((before) =>
      choices.map(({ loss, cost }, choice) => ({ loss: before.loss + loss, cost: before.cost + cost, choice, before })),
    );
    states = thinned(frontier(sums));
  }
  return states.map((state) => {
    const chosen: number[] = [];
    for (let one: State = state; one.before; one = one.before) chosen.unshift(one.choice);
    return planOf(layers, chosen);
  });
}

/**
 * Reduces the states to at most `MOST_STATES`, both ends included: of each of equal intervals of cost, the one with the
 * least loss.
 */
function thinned(states: State[]): State[] {
  if (states.length <= MOST_STATES) return states;
  const [from, to] = [states[0]!.cost, states.at(-1)!.cost];
  const taken = new Map<number, State>();
  for (const state of states.slice(0, -1)) {
    const interval = Math.floor(((state.cost - from) / (to - from)) * (MOST_STATES - 1));
    if (!taken.has(interval)) taken.set(interval, state);
  }
  return [...taken.values(), states.at(-1)!];
}

function uniformPlans(layers: readonly SearchLayer[]): Plan[] {
  const amounts = new Set(layers.flatMap(({ choices }) => choices.map(({ amount }) => amount)));
  return [...amounts].flatMap((amount) => {
    const chosen = layers.map(({ choices }) => choices.findIndex((choice) => choice.amount === amount));
    return amount > 0 && chosen.every((one) => one >= 0) ? [planOf(layers, chosen)] : [];
  });
}
