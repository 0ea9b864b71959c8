import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choicesOf, foretoldLoss } from '../../../src/engine/compress/target/choices';
import { frontier, searchPlans, type Plan, type SearchLayer } from '../../../src/engine/compress/target/search';

const SPARSITIES = [0.3, 0.6, 0.9, 0.99];
/** Layers whose loss rises and whose size falls as more is cut, some of them not measured to the end. */
const layers = fc
  .array(
    fc.record({
      rises: fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { minLength: 1, maxLength: 4 }),
      weight: fc.integer({ min: 1, max: 1000 }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((all) =>
    all.map(({ rises, weight }, i): SearchLayer => {
      let loss = 0;
      const cut = rises.map((rise, k) => {
        loss += rise;
        return { amount: SPARSITIES[k]!, loss, cost: -weight * SPARSITIES[k]! };
      });
      return { name: `layer${i}`, choices: [{ amount: 0, loss: 0, cost: 0 }, ...cut] };
    }),
  );
const search = fc.constantFrom('greedy' as const, 'dynamic' as const);

/** Every combination of choices, as (loss, cost). */
const combinations = (all: readonly SearchLayer[]): { loss: number; cost: number }[] =>
  all.reduce(
    (sums, { choices }) =>
      sums.flatMap((sum) => choices.map((one) => ({ loss: sum.loss + one.loss, cost: sum.cost + one.cost }))),
    [{ loss: 0, cost: 0 }],
  );
const beats = (plan: Plan, other: { loss: number; cost: number }): boolean =>
  plan.loss <= other.loss + 1e-9 && plan.cost <= other.cost + 1e-9;

describe('a search for amounts', () => {
  it('gives plans that only gain size by losing accuracy, each the sum of its choices', () => {
    fc.assert(
      fc.property(layers, search, (all, how) => {
        const plans = searchPlans(all, how);
        plans.slice(1).forEach((plan, i) => {
          expect(plan.cost).toBeLessThan(plans[i]!.cost);
          expect(plan.loss).toBeGreaterThanOrEqual(plans[i]!.loss);
        });
        for (const { amounts, loss, cost } of plans) {
          const chosen = all.map(({ name, choices }) =>
            choices.find((one) => one.amount === (amounts.get(name) ?? 0))!,
          );
          expect(loss).toBeCloseTo(
            chosen.reduce((sum, one) => sum + one.loss, 0),
            9,
          );
          expect(cost).toBeCloseTo(
            chosen.reduce((sum, one) => sum + one.cost, 0),
            9,
          );
        }
      }),
    );
  });

  it('is never worse than the same sparsity for all layers', () => {
    fc.assert(
      fc.property(layers, search, (all, how) => {
        const plans = searchPlans(all, how);
        for (const sparsity of SPARSITIES) {
          const chosen = all.map(({ choices }) => choices.find((one) => one.amount === sparsity));
          if (!chosen.every((one) => one !== undefined)) continue;
          const uniform = {
            loss: chosen.reduce((sum, one) => sum + one.loss, 0),
            cost: chosen.reduce((sum, one) => sum + one.cost, 0),
          };
          expect(plans.some((plan) => beats(plan, uniform))).toBe(true);
        }
      }),
    );
  });

  it('by dynamic programming finds the best of all combinations for every budget, which greedy never beats', () => {
    fc.assert(
      fc.property(layers, (all) => {
        const plans = searchPlans(all, 'dynamic');
        for (const one of [...combinations(all), ...searchPlans(all, 'greedy')])
          expect(plans.some((plan) => beats(plan, one))).toBe(true);
      }),
    );
  });

  it('stays small where there are too many sums to keep', () => {
    const many = Array.from({ length: 30 }, (_, i): SearchLayer => ({
      name: `layer${i}`,
      choices: Array.from({ length: 40 }, (__, k) => ({
        amount: k / 40,
        loss: (k / 40) ** (1 + i),
        cost: -k * (i + 1),
      })),
    }));
    const plans = searchPlans(many, 'dynamic');
    expect(plans.length).toBeLessThan(2100);
    expect(plans.at(-1)!.cost).toBe(-39 * 465);
  });
});

it('a frontier holds no two of which one beats the other', () => {
  const points = fc.array(fc.record({ loss: fc.integer({ min: 0, max: 9 }), cost: fc.integer({ min: 0, max: 9 }) }));
  fc.assert(
    fc.property(points, (all) => {
      const kept = frontier(all);
      for (const a of kept) for (const b of kept) if (a !== b) expect(a.loss <= b.loss && a.cost <= b.cost).toBe(false);
      for (const one of all) expect(kept.some((a) => a.loss <= one.loss && a.cost <= one.cost)).toBe(true);
    }),
  );
});

describe('choices', () => {
  const points = [
    { sparsity: 0.5, loss: 0.9, cost: -50 },
    { sparsity: 0.8, loss: 1.4, cost: -80 },
    { sparsity: 0.9, loss: 1.2, cost: -90 },
  ];

  it('hold the points of a curve, with more between them, and never fall in loss', () => {
    const choices = choicesOf(points, 1);
    const at = (sparsity: number) => choices.find((one) => one.amount === sparsity);
    expect(choices.length).toBe(13);
    expect(at(0.5)).toMatchObject({ loss: 0, cost: -50 });
    expect(at(0.8)!.loss).toBeCloseTo(0.4);
    // 0.2 there is noise: less was already worse.
    expect(at(0.9)!.loss).toBeCloseTo(0.4);
    expect(at(0.65)).toMatchObject({ cost: -65 });
    choices.slice(1).forEach((one, i) => {
      expect(one.loss).toBeGreaterThanOrEqual(choices[i]!.loss);
      expect(one.amount).toBeGreaterThan(choices[i]!.amount);
    });
  });

  it('foretell the loss of any amounts', () => {
    const all = [
      { name: 'a', choices: choicesOf(points, 1) },
      { name: 'b', choices: choicesOf(points, 1) },
    ];
    const loss = (amounts: Record<string, number>) => foretoldLoss(all, new Map(Object.entries(amounts)));
    expect(loss({})).toBe(0);
    expect(loss({ a: 0.8 })).toBeCloseTo(0.4);
    expect(loss({ a: 0.65, b: 0.8 })).toBeCloseTo(0.6);
    expect(loss({ a: 1 })).toBeCloseTo(0.4);
  });
});
