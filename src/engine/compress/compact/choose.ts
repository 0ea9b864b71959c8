/** A choice for one layer. */
export interface Choice {
  /** Multiply-accumulates. */
  readonly macs: number;
  /** Its loss: the error of the layer's outputs as a share of their spread. */
  readonly loss: number;
}

/**
 * Chooses for each layer, so that all together cost no more than `most`, and lose little: from the choices that lose
 * least, the layer changes whose next cheaper choice loses least for what it saves. What is left over at the end goes to
 * the layers that gain most by it.
 * @param layers the choices of each layer
 * @returns the index of the choice of each layer; undefined where the cheapest ones cost more than `most`
 */
export function choose(layers: readonly (readonly Choice[])[], most: number): number[] | undefined {
  const chosen = layers.map((choices) => best(choices, () => true));
  const at = (layer: number): Choice => layers[layer]![chosen[layer]!]!;
  const total = (): number => layers.reduce((sum, _, layer) => sum + at(layer).macs, 0);
  while (total() > most) {
    let next: { layer: number; choice: number; rate: number } | undefined;
    for (const [layer, choices] of layers.entries())
      for (const [choice, { macs, loss }] of choices.entries()) {
        const saved = at(layer).macs - macs;
        if (saved <= 0) continue;
        const rate = (loss - at(layer).loss) / saved;
        if (!next || rate < next.rate) next = { layer, choice, rate };
      }
    if (!next) return undefined;
    chosen[next.layer] = next.choice;
  }
  for (;;) {
    const left = most - total();
    let next: { layer: number; choice: number; gain: number } | undefined;
    for (const [layer, choices] of layers.entries()) {
      const choice = best(choices, ({ macs }) => macs <= at(layer).macs + left);
      const gain = at(layer).loss - choices[choice]!.loss;
      if (gain > (next?.gain ?? 0)) next = { layer, choice, gain };
    }
    if (!next) return chosen;
    chosen[next.layer] = next.choice;
  }
}

/** Returns the index of the choice that loses least, the cheapest of several. */
function best(choices: readonly Choice[], fits: (choice: Choice) => boolean): number {
  let found = -1;
  for (const [i, choice] of choices.entries()) {
    if (!fits(choice)) continue;
    const other = choices[found];
    if (!other || choice.loss < other.loss || (choice.loss === other.loss && choice.macs < other.macs)) found = i;
  }
  return found;
}
