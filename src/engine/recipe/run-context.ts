import { changesModel } from '../../protocol/steps';
import type { Provenance } from '../../protocol/model';
import { UserError } from '../../protocol/errors';
import type { ModelContent, Tensors } from '../checkpoint/types';
import type { Constraints } from '../train/constraints/constraint';
import type { OutputFolder } from '../folder/output-folder';
import { withRunProvenance } from './provenance';
import { KEPT_CHECKPOINT } from './folder/layout';
import type { RunState } from './folder/state';
import { modelJsonOf, readStored, sameHashes, writeStored, type Stored } from './folder/stored';
import type { Listener, Prepared, RunEnvironment } from './types';

/** The restrictions that a step made for training to keep. */
export type Restrictions =
  /** Constraints, and the values that the step gave the weights. */
  | { readonly constraints: Constraints; readonly tensors: Tensors }
  /** The weights before the step, where values alone say which ones they may have: grids. */
  | { readonly behind: Tensors };

/** A run in progress: its fixed parts and its state. */
export interface RunContext {
  readonly prepared: Prepared;
  readonly environment: RunEnvironment;
  readonly listener: Listener;
  readonly folder: OutputFolder;
  readonly state: RunState;
  /** Returns what steps so far made for training to keep, the last step first. @throws UserError */
  readonly restrictions: () => Promise<readonly Restrictions[]>;
  /** The model after the steps so far. */
  model: ModelContent;
}

/** Returns the model with its provenance, for a checkpoint. */
export function stamped(context: RunContext, model: ModelContent, accuracies: Provenance['accuracies']): ModelContent {
  const removals = context.state.results.flatMap((result, index) =>
    'difference' in result && result.difference
      ? [{ after: `step ${index + 1}, ${result.step}`, ...result.difference }]
      : [],
  );
  return withRunProvenance(model, context.prepared, context.environment, accuracies, removals);
}

/** Returns true where no later step changes the model, so that the current step makes the final checkpoint. */
export const isLastChange = ({ prepared, state }: RunContext): boolean =>
  !prepared.recipe.steps.slice(state.step + 1).some(changesModel);

/** Writes a checkpoint that the run may read again, and records its hashes. @throws UserError */
export async function keep({ folder, state }: RunContext, name: string, model: ModelContent): Promise<Stored> {
  if (!KEPT_CHECKPOINT.test(name)) throw new Error(`the run keeps no checkpoint in ${name}`);
  // An existing one is of the same run, or damaged; no written state refers to it any more.
  await folder.remove(modelJsonOf(name));
  const stored = await writeStored(folder, name, model);
  state.checkpoints[name] = stored.hashes;
  return stored;
}

/** Reads a checkpoint of the run. @throws UserError where it has changed */
export async function readBack({ folder, state }: RunContext, name: string): Promise<ModelContent> {
  const { checkpoint, hashes } = await readStored(folder, name);
  const kept = state.checkpoints[name];
  if (!kept || !sameHashes(kept, hashes))
    throw new UserError(
      `The checkpoint ${name} in ${folder.given} is not the one that the run wrote: start again in another folder.`,
    );
  return checkpoint;
}
