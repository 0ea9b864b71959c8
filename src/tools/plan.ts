import * as z from 'zod';
import { describeIssue, UserError } from '../protocol/errors';
import { bytes, count } from '../protocol/format';
import { figureWords } from '../protocol/metric';
import { PlanBytes, PlannedLayer, PlanMetrics, StepPlan } from '../protocol/plan';
import { RECIPE_VERSION, type Recipe } from '../protocol/recipe';
import { RecipeStep, stepDefinition } from '../protocol/steps';
import { visible } from '../protocol/visible';
import { data, largest, layersListed, leftOut, model, sampleNote, seed, stages, step } from './fields';
import type { Places } from './places';
import { defineTool } from './tool';
import { totalsText } from './totals';

/** The expected result of one step. */
export const plan = defineTool({
  name: 'plan',
  title: 'Plan one step',
  description:
    'Predicts what one step of a recipe would come to, and writes nothing: counts and bytes before and after, layer by layer, and with data the validation metric before any training. run_recipe lists the options of each step.',
  input: z.strictObject({
    model,
    step,
    data: data.optional(),
    samples: z
      .number()
      .int()
      .min(1)
      .max(100_000)
      .default(1000)
      .describe('Validation examples on which it is measured.'),
    seed,
    layers: layersListed,
  }),
  output: StepPlan.pick({
    kind: true,
    noAccuracy: true,
    notes: true,
    asked: true,
    reached: true,
    shortfall: true,
    difference: true,
  }).extend({
    totals: StepPlan.shape.counts.shape.totals,
    bytes: PlanBytes.omit({ layers: true }),
    metrics: PlanMetrics.nullable(),
    layers: z.array(PlannedLayer),
    leftOut,
  }),
  writes: false,
  async call({ model: given, step: asked, data: source, samples, seed: from, layers }, { places, ask }, context) {
    const { signal } = context;
    const told = stages(context);
    const checkpoint = await places.model(given);
    const planned = await ask(
      'plan',
      {
        model: checkpoint,
        step: await stepWithin(places, checkpoint, asked),
        ...(source === undefined ? {} : { data: await places.data(source) }),
        ...{ samples, seed: from, baseFolder: places.home },
      },
      {
        signal,
        onProgress: (part) => {
          if (part.part === 'progress') told(part.progress);
        },
      },
    );
    const { counts, bytes: size, metrics, noAccuracy, notes = [] } = planned;
    const { listed, leftOut: others } = largest(counts.layers, layers, ({ before }) => before.params);
    const { before, after } = counts.totals;
    return {
      data: { ...planned, totals: counts.totals, bytes: size, layers: listed, leftOut: others },
      text: [
        `Before: ${totalsText({ ...before, ...size.before })}`,
        `After ${stepDefinition(asked.step).words.title}: ${totalsText({ ...after, ...(size.after ?? {}) })}`,
        metrics
          ? `Validation ${figureWords(metrics.before[0])} before, ${metrics.after ? `${figureWords(metrics.after[0])} after, before any training` : 'known after the run only'}, on ${count(metrics.samples)} examples`
          : `No accuracy: ${visible(noAccuracy ?? 'not measured')}`,
        ...sampleNote(metrics?.sampleData ?? false),
        ...listed.flatMap((layer) =>
          layer.state === 'kept'
            ? []
            : [
                `- ${visible(layer.name)}: ${layer.state}, ${count(layer.before.nonzero)} to ${count(layer.after.nonzero)} nonzero, ${count(layer.before.params)} to ${count(layer.after.params)} parameters${layer.reason === undefined ? '' : `; ${visible(layer.reason)}`}`,
              ],
        ),
        ...(size.after === null ? [] : [`Files: ${bytes(size.before.bytes)} to ${bytes(size.after.bytes)}`]),
        ...notes.map(visible),
      ].join('\n'),
    };
  },
});

/** Checks a step, and the files that it refers to. @throws UserError */
async function stepWithin(places: Places, checkpoint: string, given: unknown): Promise<RecipeStep> {
  const parsed = RecipeStep.safeParse(given);
  if (!parsed.success) throw new UserError(`The step is not valid: ${describeIssue(parsed.error)}.`);
  const recipe: Recipe = { recipeVersion: RECIPE_VERSION, checkpoint, seed: 0, steps: [parsed.data] };
  return (await places.recipe(recipe)).steps[0]!;
}
