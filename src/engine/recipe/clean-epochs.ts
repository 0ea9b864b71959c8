import type { RunResult } from '../../protocol/run';
import type { TrainState } from '../train/loop';
import { epochsGoneBackTo, EPOCHS_FOLDER, RESULTS_FILE } from './folder/layout';
import { checkpointsNeeded } from './folder/resume';
import { removeStored } from './folder/stored';
import { resultsText } from './folder/run-folder';
import type { RunContext } from './run-context';

const isEpoch = (name: string): boolean => name.startsWith(`${EPOCHS_FOLDER}/`);

/** Returns true where the person wants no more epochs than the run needs. */
const cleans = ({ state, prepared }: RunContext): boolean => state.cleans && prepared.recipe.keepEpochs !== true;

/**
 * Finds the epochs that neither the state with these records nor the one before it needs, and takes them off the state. They
 * may be removed once that is written.
 */
export function forgetEpochs(context: RunContext, { records }: Pick<TrainState, 'records'>): string[] {
  if (!cleans(context)) return [];
  const { state, prepared } = context;
  const { recipe } = prepared;
  const needed = new Set([
    ...checkpointsNeeded(recipe, state, records),
    ...checkpointsNeeded(recipe, state, records.slice(0, -1)),
    ...epochsGoneBackTo(recipe),
  ]);
  const names = Object.keys(state.checkpoints).filter((name) => isEpoch(name) && !needed.has(name));
  for (const name of names) delete state.checkpoints[name];
  return names;
}

/** Removes epochs of the run. What cannot be removed stays. Returns the bytes of those that were. */
export async function dropEpochs({ folder }: Pick<RunContext, 'folder'>, names: readonly string[]): Promise<number[]> {
  const freed: number[] = [];
  for (const name of names) {
    const bytes = await removeStored(folder, name, EPOCHS_FOLDER).catch(() => undefined);
    if (bytes !== undefined) freed.push(bytes);
  }
  return freed;
}

/**
 * Removes the epochs of a run that is done, except those to which a step goes back, and says so in its results. Epochs of
 * earlier versions stay.
 */
export async function cleanEpochs(context: RunContext, result: RunResult): Promise<RunResult> {
  if (!cleans(context)) return result;
  const { state, prepared, folder } = context;
  const kept = new Set(epochsGoneBackTo(prepared.recipe));
  const names = Object.keys(state.checkpoints).filter((name) => isEpoch(name) && !kept.has(name));
  const removed = await dropEpochs(context, names);
  if (removed.length === 0) return result;
  const bytes = removed.reduce((sum, one) => sum + one, 0);
  const told = { ...result, freed: { checkpoints: removed.length, bytes } };
  // The results are whole without this.
  await folder.write(RESULTS_FILE, resultsText(told)).catch(() => undefined);
  return told;
}
