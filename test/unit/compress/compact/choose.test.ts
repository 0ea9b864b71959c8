import fc from 'fast-check';
import { expect, it } from 'vitest';
import { choose, type Choice } from '../../../../src/engine/compress/compact/choose';

const layer = fc.array(
  fc.record({ macs: fc.integer({ min: 1, max: 50 }), loss: fc.integer({ min: 0, max: 40 }).map((one) => one / 40) }),
  { minLength: 1, maxLength: 5 },
);

/** Tries all choices together. */
function bestOf(layers: readonly (readonly Choice[])[], most: number): number | undefined {
  let sums = [{ macs: 0, loss: 0 }];
  for (const choices of layers)
    sums = sums.flatMap((sum) => choices.map(({ macs, loss }) => ({ macs: sum.macs + macs, loss: sum.loss + loss })));
  const fitting = sums.filter(({ macs }) => macs <= most).map(({ loss }) => loss);
  return fitting.length === 0 ? undefined : Math.min(...fitting);
}

it('chooses within the amount where that is possible, and loses hardly more than it must', () => {
  let [found, exact, apart] = [0, 0, 0];
  fc.assert(
    fc.property(fc.array(layer, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 150 }), (layers, most) => {
      const chosen = choose(layers, most);
      const best = bestOf(layers, most);
      expect(chosen === undefined).toBe(best === undefined);
      if (!chosen || best === undefined) return;
      const taken = layers.map((choices, i) => choices[chosen[i]!]!);
      const [macs, loss] = [
        taken.reduce((sum, one) => sum + one.macs, 0),
        taken.reduce((sum, one) => sum + one.loss, 0),
      ];
      expect(macs).toBeLessThanOrEqual(most);
      found++;
      if (loss <= best + 1e-9) exact++;
      apart += loss - best;
      // No layer could lose less with what is left over.
      layers.forEach((choices, i) => {
        for (const other of choices)
          if (macs - taken[i]!.macs + other.macs <= most) expect(other.loss).toBeGreaterThanOrEqual(taken[i]!.loss);
      });
    }),
    { numRuns: 500, seed: 3 },
  );
  expect(exact / found).toBeGreaterThan(0.9);
  expect(apart / found).toBeLessThan(0.02);
});

it('takes what loses least where everything fits', () => {
  const layers = [
    [
      { macs: 1, loss: 0.5 },
      { macs: 9, loss: 0 },
      { macs: 4, loss: 0 },
    ],
  ];
  expect(choose(layers, 100)).toEqual([2]);
  expect(choose(layers, 3)).toEqual([0]);
  expect(choose(layers, 0)).toBeUndefined();
});
