import { UserError } from '../../../protocol/errors';
import type { EpochRecord } from '../../../protocol/epoch';
import { isBetterThan } from '../../../protocol/metric';
import type { Recipe } from '../../../protocol/recipe';
import { trains } from '../../../protocol/steps';
import type { StoredHashes } from '../../../protocol/run';
import { hashInName } from '../../checkpoint/shard-names';
import type { OutputFolder } from '../../folder/output-folder';
import { EPOCHS_FOLDER, EPOCHS_NAME, epochFolder, epochsAskedFor } from './layout';
import { readStates, type ReadState, type RunState } from './state';
import { isWhole, modelJsonOf, readStored, sameHashes } from './stored';

/** Most damaged checkpoints that are named. */
const NAMED = 5;

/** A state from which a run can resume, with notes for the person. */
export interface Resumable extends ReadState {
  readonly notes: readonly string[];
  /** True where it is not the last state written; it must be restored before the run goes on. */
  readonly earlier: boolean;
}

/**
 * Finds the last state of an unfinished run whose files all match their SHA-256; undefined where nothing was begun.
 * @throws UserError where there is none, naming the last whole epoch if one is left
 */
export async function wholeState(folder: OutputFolder, recipe: Recipe): Promise<Resumable | undefined> {
  const states = await readStates(folder);
  const problems: string[] = [];
  for (const [i, read] of states.entries()) {
    if (read === 'damaged') {
      problems.push(i === 0 ? 'its state is damaged' : 'the state before it too');
      continue;
    }
    const { missing, unused } = await damagedIn(folder, recipe, read.state);
    if (missing.length === 0) {
      const notes = problems.length > 0 ? [`The run goes on from ${placeOf(read.state)}, because ${problems[0]}.`] : [];
      return {
        ...read,
        earlier: i > 0,
        notes: [...notes, ...unused.map((name) => `The checkpoint ${name} is damaged; the run does not need it.`)],
      };
    }
    const more = missing.length - NAMED;
    const named = more > 1 ? [...missing.slice(0, NAMED), `${more} more`] : missing;
    problems.push(
      named.length === 1
        ? `its checkpoint ${named[0]!} is damaged`
        : `its checkpoints ${named.slice(0, -1).join(', ')} and ${named.at(-1)!} are damaged`,
    );
  }
  if (states.length === 0) return undefined;
  throw new UserError(
    `The unfinished run in ${folder.given} cannot go on, because ${problems[0]}: ${await advice(folder, states)}.`,
  );
}

/** Lists the checkpoints of a state that have changed: those that the run needs, and others. */
async function damagedIn(
  folder: OutputFolder,
  recipe: Recipe,
  state: RunState,
): Promise<{ missing: string[]; unused: string[] }> {
  const damaged: string[] = [];
  for (const [name, hashes] of Object.entries(state.checkpoints))
    if (!(await isWhole(folder, name, hashes))) damaged.push(name);
  const needed = new Set(checkpointsNeeded(recipe, state, state.training?.records ?? [], damaged));
  const unknown = [...needed].filter((name) => !(name in state.checkpoints));
  const unused = damaged.filter((name) => !needed.has(name));
  // One that the run removed itself is not damaged.
  const there = await Promise.all(unused.map((name) => folder.has(modelJsonOf(name))));
  const broken = damaged.filter((name) => needed.has(name));
  return {
    // Where a damaged epoch makes an earlier one needed that the run removed, the damaged one is the fault.
    missing: broken.length > 0 ? broken : unknown,
    unused: unused.filter((_, i) => there[i]),
  };
}

/** Lists the checkpoints that a run needs to go on after these epochs of its current step. */
export function checkpointsNeeded(
  recipe: Recipe,
  state: RunState,
  records: readonly EpochRecord[],
  damaged: readonly string[] = [],
): string[] {
  const { step, start, trainings, results, restricted } = state;
  const nameOf = (epoch: number, index = trainings.length): string => epochFolder(recipe, step, epoch, index);
  // The best epoch is read again at the end; an earlier epoch is never chosen over a whole later one that is as good.
  const mayBeBest = records.filter(
    ({ epoch, validation }) =>
      !records.some(
        (later) =>
          later.epoch > epoch && !isBetterThan(validation, later.validation) && !damaged.includes(nameOf(later.epoch)),
      ),
  );
  return [
    ...(start === null ? [] : [start]),
    ...mayBeBest.map(({ epoch }) => nameOf(epoch)),
    ...trainings.flatMap(({ taught, best }, index) => (taught ? [nameOf(best.epoch, index)] : [])),
    ...epochsAskedFor(recipe, step, results),
    ...(recipe.steps.slice(step).some(trains) ? restricted.flatMap((one) => one.start ?? []) : []),
  ];
}

function placeOf({ step, training }: RunState): string {
  const epochs = training?.records.length ?? 0;
  return epochs > 0 ? `epoch ${epochs} of step ${step + 1}` : `the beginning of step ${step + 1}`;
}

/** Returns the advice for a run that cannot resume. */
async function advice(folder: OutputFolder, states: readonly (ReadState | 'damaged')[]): Promise<string> {
  const known = states.flatMap((read) => (read === 'damaged' ? [] : Object.entries(read.state.checkpoints)));
  const epoch = await lastWholeEpoch(folder, new Map(known));
  return epoch === undefined
    ? 'start again in another folder'
    : `start again in another folder, or from its last whole epoch, the checkpoint ${epoch}`;
}

/** Finds the last epoch that matches a state, or, where no state is left, the hash in the names of its files. */
async function lastWholeEpoch(
  folder: OutputFolder,
  known: ReadonlyMap<string, StoredHashes>,
): Promise<string | undefined> {
  for (const place of await placesOfEpochs(folder, EPOCHS_FOLDER))
    for (const name of (await folder.names(place)).filter((entry) => /^epoch-\d+$/.test(entry)).sort(byNumber)) {
      const epoch = `${place}/${name}`;
      const found = await readStored(folder, epoch).catch(() => undefined);
      if (!found) continue;
      const hashes = known.get(epoch);
      const { files, weightsHash } = found.checkpoint;
      const named = files.slice(1).every((file) => weightsHash.startsWith(hashInName(file.name) ?? '-'));
      if (hashes ? sameHashes(hashes, found.hashes) : named) return epoch;
    }
  return undefined;
}

/** Lists a folder after those in it that hold epochs, the last first. */
async function placesOfEpochs(folder: OutputFolder, place: string): Promise<string[]> {
  const inner = (await folder.names(place)).filter((name) => EPOCHS_NAME.test(name) && !name.startsWith('epoch-'));
  const found: string[] = [];
  for (const name of inner.sort(byNumber)) found.push(...(await placesOfEpochs(folder, `${place}/${name}`)));
  return [...found, place];
}

/** Sorts the highest number first. */
const byNumber = (a: string, b: string): number => Number(b.split('-')[1]) - Number(a.split('-')[1]);
