import type { EpochRecord } from '../../protocol/epoch';
import type { Recipe } from '../../protocol/recipe';
import type { RunResult } from '../../protocol/run';
import type { OutputFolder } from '../folder/output-folder';
import type { TrainState } from '../train/loop';
import { epochsGoneBackTo, EPOCHS_FOLDER, epochsWritten } from './folder/layout';
import { checkpointsNeeded } from './folder/resume';
import type { RunState } from './folder/state';
import { bytesOfStored, removeStored } from './folder/stored';
import { readByOthers } from './folder/others-read';
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
  const before = stateBefore(state, records);
  const needed = new Set([
    ...checkpointsNeeded(recipe, state, records),
    ...checkpointsNeeded(recipe, before.state, before.records),
    ...epochsGoneBackTo(recipe),
  ]);
  const names = Object.keys(state.checkpoints).filter((name) => isEpoch(name) && !needed.has(name));
  const kept = Object.entries(state.checkpoints).filter(([name]) => !names.includes(name));
  state.checkpoints = Object.fromEntries(kept);
  return names;
}

/** Returns the state that was written before the one with these records, from which the run resumes where that is damaged. */
function stateBefore(
  state: RunState,
  records: readonly EpochRecord[],
): { state: RunState; records: readonly EpochRecord[] } {
  const ended = state.trainings.at(-1);
  // The end of a training writes no state: before the first epoch of the next one, that of its last epoch was written.
  return records.length === 1 && ended
    ? { state: { ...state, trainings: state.trainings.slice(0, -1) }, records: ended.epochs }
    : { state, records: records.slice(0, -1) };
}

/** Removes epochs of the run, except those that other runs read. One that cannot be removed stays. */
export async function dropEpochs(folder: OutputFolder, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const others = await readByOthers(folder);
  for (const name of names) if (!others(name)) await removeStored(folder, name, EPOCHS_FOLDER).catch(() => undefined);
}

/** The epochs that a run with these results no longer needs: all, except those to which a step goes back. */
function unneeded(recipe: Recipe, steps: RunResult['steps']): string[] {
  const kept = new Set(epochsGoneBackTo(recipe));
  return epochsWritten(recipe, steps).filter((name) => !kept.has(name));
}

/** Counts the epochs that go once the run is done; undefined where none do. Epochs of earlier versions stay. */
export async function freeable(context: RunContext): Promise<RunResult['freed']> {
  if (!cleans(context)) return undefined;
  const { state, prepared, folder } = context;
  const others = await readByOthers(folder);
  const sizes: number[] = [];
  for (const name of unneeded(prepared.recipe, state.results)) {
    const bytes = others(name) ? undefined : await bytesOfStored(folder, name);
    if (bytes !== undefined) sizes.push(bytes);
  }
  if (sizes.length === 0) return undefined;
  return { checkpoints: sizes.length, bytes: sizes.reduce((sum, one) => sum + one, 0) };
}

/** Removes the epochs that the results of a run call freed. */
export async function cleanEpochs(folder: OutputFolder, recipe: Recipe, { freed, steps }: RunResult): Promise<void> {
  if (freed) await dropEpochs(folder, unneeded(recipe, steps));
}
