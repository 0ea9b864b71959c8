import * as z from 'zod';
import { studentWords } from '../protocol/distillation';
import { epochWords } from '../protocol/epoch';
import { progressText } from '../protocol/measure/progress';
import { figureWords, MetricValues } from '../protocol/metric';
import { ModelTotals } from '../protocol/model';
import { keptWords } from '../protocol/kept';
import { lastMetrics } from '../protocol/last-metrics';
import { RECIPE_VERSION } from '../protocol/recipe';
import { freedWords, type RunEvent } from '../protocol/run';
import { outcome, stepNames } from '../protocol/steps';
import { visible } from '../protocol/visible';
import { sampleNote, step } from './fields';
import { stepOutline } from './step-outline';
import { defineTool } from './tool';
import { totalsText } from './totals';

const RecipeOutline = z
  .looseObject({ recipeVersion: z.literal(RECIPE_VERSION), steps: z.array(step).min(1) })
  .describe('A recipe. Its relative paths start from the first folder of the server.');

/** Runs a recipe into a new folder. */
export const runRecipe = defineTool({
  name: 'run_recipe',
  title: 'Run a recipe',
  description: `Runs a recipe into a new folder: the checkpoint, its results and a journal. It never overwrites anything, and a cancelled run leaves nothing half-written; one that has whole epochs goes on with "resume". Figures in the answer were read back from the written files. A recipe is {"recipeVersion": ${RECIPE_VERSION}, "checkpoint": model, "data": dataset, "seed": 0, "steps": [...]}. Steps and their options:\n${stepNames.map(stepOutline).join('\n')}`,
  input: z.strictObject({
    recipe: z.union([z.string().min(1), RecipeOutline]).describe('A recipe, or the path of a file with one.'),
    out: z.string().min(1).describe('The new folder of the run; it is made.'),
    resume: z.boolean().default(false).describe('Go on with the unfinished run in the folder, with the same recipe.'),
  }),
  output: z.object({
    out: z.string().describe('The model.json of the outcome; the first one where no step changes the model.'),
    folder: z.string(),
    before: ModelTotals.nullable(),
    after: ModelTotals,
    metrics: z.object({
      before: MetricValues.nullable().describe(
        'Before the first step that compresses, and after those before it, which may train; null where none compresses.',
      ),
      after: MetricValues.nullable(),
      split: z.string().describe('The split on which they were measured.'),
    }),
    sampleData: z.boolean().describe('True where figures come from the small sample that ships.'),
    steps: z.array(z.object({ step: z.string(), outcome: z.string() })),
    seconds: z.number().optional(),
    noAccuracy: z.string().optional(),
    notes: z.array(z.string()),
    advice: z.array(z.string()),
  }),
  writes: true,
  async call({ recipe: given, out, resume }, { places, run }, { signal, report }) {
    const recipe = typeof given === 'string' ? await places.recipeFile(given) : await places.recipe(given);
    const folder = resume ? await places.unfinished(out) : await places.target(out);
    let done = 0;
    const result = await run({ recipe, baseFolder: places.home, out: folder, resume }, signal, (event) => {
      if (event.kind === 'progress') done = event.clock?.share ?? done;
      const message = messageOf(event);
      if (message !== undefined) report({ done, total: 1, message: visible(message) });
    });
    const { before, after, metrics, sampleData, steps, seconds, noAccuracy, notes = [], advice = [] } = result;
    const last = lastMetrics(result);
    const kept = keptWords(steps);
    const freed = freedWords(result);
    const said = [...notes, ...(kept === undefined ? [] : [kept]), ...(freed === undefined ? [] : [freed])];
    const split = metrics.split ?? 'test';
    return {
      data: {
        ...{ out: result.out, folder: result.folder, before, after, sampleData, seconds, noAccuracy },
        metrics: { before: metrics.before, after: last, split },
        steps: steps.map((one) => ({ step: one.step, outcome: outcome(one) })),
        notes: said,
        advice,
      },
      text: [
        `Written to ${visible(result.out)}`,
        ...(before ? [`Before: ${totalsText(before)}`] : []),
        `After: ${totalsText(after)}`,
        last
          ? `${split} ${metrics.before ? `${figureWords(metrics.before[0])} before compression, ` : ''}${figureWords(last[0])} after`
          : `No accuracy: ${visible(noAccuracy ?? 'not measured')}`,
        ...sampleNote(sampleData),
        ...steps.map((one) => `- ${one.step}: ${visible(outcome(one))}`),
        ...[...said, ...advice].map(visible),
      ].join('\n'),
    };
  },
});

/** Formats an event of a run in a line; undefined where it tells nothing. */
function messageOf(event: RunEvent): string | undefined {
  switch (event.kind) {
    case 'step':
      return `step ${event.index + 1} of ${event.steps}: ${event.step}`;
    case 'epoch':
      return `${event.student ? `${studentWords(event.student)}, ` : ''}epoch ${event.record.epoch} of ${event.epochs}: ${epochWords(event.record)}`;
    case 'progress':
      return progressText(event.progress, event.clock);
    case 'message':
      return event.text;
    case 'mask':
    case 'result':
      return undefined;
  }
}
