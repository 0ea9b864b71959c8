import * as z from 'zod';
import { keptCounts } from '../../../src/engine/compress/counts';
import type { ModelContent, Tensor } from '../../../src/engine/checkpoint/types';
import type { StepKind } from '../../../src/engine/recipe/steps/kind';
import type { RecipeStep } from '../../../src/protocol/steps';
import { defineStep } from '../../../src/protocol/steps/define';

/** A step of the tests: multiplies every weight. */
export const scale = defineStep({
  name: 'scale',
  options: { by: z.number().min(-9).max(9).default(2).describe('The factor.').meta({ label: 'Factor' }) },
  result: { changed: z.number() },
  traits: { changesModel: true },
  words: {
    title: 'Scale',
    running: 'Scaling',
    purpose: 'Multiplies every weight.',
    when: 'Take it in tests.',
    page: 'recipes',
    verb: 'Scale',
    past: 'scaled',
    outcome: ({ changed }) => `${changed} weights scaled`,
  },
});
type Scale = z.output<typeof scale.schema>;

function scaled(model: ModelContent, { by }: Scale): { model: ModelContent; changed: number } {
  let changed = 0;
  const tensors = new Map<string, Tensor>();
  for (const [name, tensor] of model.tensors) {
    const data = Float32Array.from(tensor.data, (value) => value * by);
    changed += data.length;
    tensors.set(name, { ...tensor, data });
  }
  return { model: { ...model, tensors }, changed };
}

/** The engine's side. Its type is that of a step which the program knows, as a step of the program's own would be. */
export const scaleKind: StepKind<RecipeStep> = {
  plan: ({ session: { checkpoint } }, step) => {
    const { model } = scaled(checkpoint, scale.schema.parse(step));
    const counts = keptCounts(checkpoint, model);
    return Promise.resolve({ kind: 'same', counts, apply: () => Promise.resolve({ model, counts }) });
  },
  run: (work, step) => {
    const { model, changed } = scaled(work.model, scale.schema.parse(step));
    work.model = model;
    return Promise.resolve({ step: 'scale', changed } as never);
  },
};
