import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { channelGroups } from '../../../src/engine/compress/remove/channels';
import { maskChannels } from '../../../src/engine/compress/remove/mask';
import { planRemove } from '../../../src/engine/compress/remove/plan';
import { RemoveStep } from '../../../src/protocol/steps/remove';
import { UserError } from '../../../src/protocol/errors';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { numbers } from 'tfjs-backend-onnxruntime/testing/networks/index';
import { Builder, filled, registerBlocks, stock } from '../random-networks';

beforeAll(registerBlocks);

it('random networks, nested, shared and with unknown layers, answer as the masked ones, and are told as they are', async () => {
  let [removals, shorter] = [0, 0];
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      fc.double({ min: 0.1, max: 0.9, noNaN: true }),
      fc.constantFrom('global' as const, 'layer' as const),
      async (seed, share, scope) => {
        const network = new Builder(seed).network();
        const model = filled(fromLayersModel(network));
        network.dispose();
        const groups = channelGroups(model);
        const all = [...new Set(groups.layers.flatMap(({ outputs }) => outputs))];
        const scores = new Map(all.map((group, i) => [group, 1 + numbers(all.length, seed)[i]!]));
        const step = RemoveStep.parse({ step: 'remove', amount: { channels: share }, scope });
        const plan = orNull(() => planRemove(model, step, scores));
        if (plan === null) return;
        removals += plan.removed.size;
        const [expected, got, before] = [await stock(maskChannels(model, groups, plan.removed)), await stock(plan.model), await stock(model)]; // prettier-ignore
        expected.outputs.forEach((output, i) => {
          const scale = Math.max(...output.map(Math.abs), 1e-3);
          output.forEach((value, j) => expect(Math.abs(value - got.outputs[i]![j]!) / scale).toBeLessThan(1e-4));
        });
        // The figures are those of the model that stock TensorFlow.js loads.
        expect(plan.totals).toMatchObject({ before: { params: before.params }, after: { params: got.params } });
        expect(plan.outcome.reached.params).toBeCloseTo(1 - got.params / before.params, 10);
        const fewer = plan.layers.filter(({ before: a, after: b }) => a.width !== b.width);
        for (const { name, state: told } of plan.layers)
          expect(['removed', 'follows'].includes(told) || !fewer.some((one) => one.name === name), name).toBe(true);
        for (const { before: a, after: b } of plan.layers.filter(({ state: told }) => told === 'removed'))
          expect(b.width!).toBeLessThan(a.width!);
        const { reached, shortfall } = plan.outcome;
        if (shortfall !== undefined) shorter++;
        if (reached.channels < share - 0.5) expect(shortfall).toBeDefined();
      },
    ),
    { numRuns: 40, seed: 7 },
  );
  expect(removals).toBeGreaterThan(100);
  expect(shorter).toBeGreaterThan(3);
}, 240_000);

function orNull<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
