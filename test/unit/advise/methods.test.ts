import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { methods } from '../../../src/engine/advise/methods/list';
import { ranksFor } from '../../../src/engine/advise/methods/factorize';
import { mergesIn, withMerging } from '../../../src/engine/advise/methods/merge';
import type { Circumstances } from '../../../src/engine/advise/methods/method';
import { randomArchitecture } from '../../../src/engine/model/architectures';
import { readGraph } from '../../../src/engine/model/graph';
import { RecipeStep, trains } from '../../../src/protocol/steps';

const network = randomArchitecture('fashion-cnn', 1);

describe('ranks in whole blocks', () => {
  it('are the same share of the full ones, and leave layers alone that would hardly save anything', () => {
    const about = { start: network, multipleOf: 8 };
    expect(ranksFor(about, 0.75)).toEqual({ conv2: 16, conv3: 16, dense1: 32 });
    expect(ranksFor({ ...about, ...mergesIn(network) }, 0.75)).toEqual({ conv2: 16, conv3: 16 });
    const tiny = randomArchitecture('mlp', 1, { input: [4], outputs: 2, units: [3] });
    expect(() => ranksFor({ start: tiny, multipleOf: 1 }, 0.5)).toThrow('No layer is large enough');
  });

  it('save at least a quarter of the weights of each layer that they name', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.3, max: 0.95, noNaN: true }), fc.constantFrom(1, 4, 8), (gone, multipleOf) => {
        for (const [name, rank] of Object.entries(ranksFor({ start: network, multipleOf }, gone))) {
          expect(rank % multipleOf).toBe(0);
          const kernel = readGraph(network)
            .layers.find((one) => one.name === name)!
            .tensors.find((one) => one.kernel)!;
          const [inputs, outputs] = [kernel.tensor.shape.at(-2)!, kernel.tensor.shape.at(-1)!];
          // Height, then width, for a window of 3 by 3.
          const factors = kernel.tensor.shape.length === 4 ? 3 * rank * (inputs + outputs) : rank * (inputs + outputs);
          expect(factors).toBeLessThanOrEqual(0.75 * kernel.tensor.data.length);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('the recipes of all methods', () => {
  const about: Circumstances = {
    ...{ examples: 55_000, trains: true, multipleOf: 8, inputShape: undefined },
    ...mergesIn(network),
  };

  it('are valid steps that end in a packed file and learn from the model as it was', () => {
    const families = methods.flatMap((method) => method.families(about));
    expect(new Set(families.map(({ name }) => name)).size).toBe(families.length);
    for (const family of families.map((one) => withMerging(one, 'first')))
      for (const strength of family.strengths) {
        const steps = family.steps(strength).map((step) => RecipeStep.parse(step));
        expect(steps[0]!.step).toBe('merge');
        expect(steps.at(-1)!.step).toBe('pack');
        const recoveries = steps.filter(trains);
        const taught = recoveries.filter(
          (step) => step.step === 'distill' || (step.step === 'finetune' && step.distill),
        );
        expect(taught.length > 0).toBe(recoveries.length > 0);
      }
  });

  it('train nothing without examples', () => {
    const without = { ...about, examples: 0, trains: false };
    for (const family of methods.flatMap((method) => method.families(without)))
      for (const strength of family.strengths)
        expect(family.steps(strength).map((step) => RecipeStep.parse(step)).some(trains)).toBe(false); // prettier-ignore
  });
});
