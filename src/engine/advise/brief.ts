import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DataReference } from '../../protocol/dataset';
import type { Progress } from '../../protocol/measure';
import type { MetricValue } from '../../protocol/metric';
import { RECIPE_VERSION } from '../../protocol/recipe';
import type { RecipeStep } from '../../protocol/steps';
import { resolveModelPath } from '../checkpoint/paths';
import { readCheckpoint } from '../checkpoint/read';
import type { Dataset } from '../dataset/open-data';
import { evaluated } from '../measure/evaluated';
import { runRecipe } from '../recipe/run';
import type { RunEnvironment } from '../recipe/types';

/** Most epochs of each training step. */
const EPOCHS = 2;

/** The same steps with at most 2 epochs each. */
export function shortened(steps: readonly RecipeStep[]): RecipeStep[] {
  return steps.map((step) => {
    if ((step.step !== 'finetune' && step.step !== 'distill') || step.epochs <= EPOCHS) return step;
    const { warmup } = step;
    const less = { epochs: EPOCHS, ...(warmup === undefined ? {} : { warmup: Math.min(warmup, EPOCHS / 2) }) };
    if (step.step === 'distill') return { ...step, ...less };
    const { gradual } = step;
    return {
      ...step,
      ...less,
      ...(gradual ? { gradual: { ...gradual, from: 0, to: Math.min(gradual.to ?? EPOCHS / 2, EPOCHS / 2) } } : {}),
    };
  });
}

export interface BriefInput {
  readonly checkpoint: string;
  readonly steps: readonly RecipeStep[];
  readonly data: DataReference;
  readonly dataset: Dataset;
  readonly samples: number;
  readonly seed: number;
  readonly environment: RunEnvironment;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** The outcome of a brief run. */
export interface Brief {
  readonly metric: MetricValue;
  readonly packedBytes: number | undefined;
}

/**
 * Runs a recipe with at most 2 epochs of each training, in a folder that is removed, and measures it on the validation examples.
 * @throws UserError, CancelledError
 */
export async function runBriefly(input: BriefInput): Promise<Brief> {
  const { checkpoint, data, dataset, samples, seed, environment, signal, onProgress } = input;
  const folder = await mkdtemp(path.join(tmpdir(), 'secateur-advice-'));
  try {
    const out = path.join(folder, 'run');
    const recipe = { recipeVersion: RECIPE_VERSION, checkpoint, data, seed, steps: shortened(input.steps) } as const;
    const request = { recipe: { ...recipe, steps: [...recipe.steps] }, baseFolder: folder, out, resume: false };
    const result = await runRecipe(request, environment, {
      signal,
      report: (event) => {
        if (event.kind === 'progress') onProgress(event.progress);
      },
    });
    const written = await readCheckpoint(await resolveModelPath(result.out));
    const { metrics } = await evaluated(written, dataset, { split: 'validation', samples, signal });
    const packed = result.steps.find((step) => step.step === 'pack')?.packed.bytes;
    return { metric: metrics[0], packedBytes: packed };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
