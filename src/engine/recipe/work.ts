import path from 'node:path';
import type { Provenance } from '../../protocol/model';
import { readCheckpoint } from '../checkpoint/read';
import type { ModelContent } from '../checkpoint/types';
import { changesModel, trains } from './facts';
import { EPOCHS_FOLDER } from './folder';
import { withOrigin } from './origin';
import { STATE_FOLDER, type RunState } from './state';
import type { Listener, Prepared, RunEnvironment } from './types';

/** A run under way: what does not change in it, and where it stands. */
export interface Work {
  readonly prepared: Prepared;
  readonly environment: RunEnvironment;
  readonly listener: Listener;
  /** The run's folder, absolute. */
  readonly out: string;
  readonly state: RunState;
  /** The model as the steps so far left it. */
  model: ModelContent;
}

/** The model with its origin, as it goes into a checkpoint. */
export function stamped(work: Work, model: ModelContent, accuracies: Provenance['accuracies']): ModelContent {
  const removals = work.state.results.flatMap((result, index) =>
    result.step === 'remove' && result.difference ? [{ after: `step ${index + 1}, remove`, ...result.difference }] : [],
  );
  return withOrigin(model, work.prepared, work.environment, accuracies, removals);
}

/** The folder, relative to the run's, of an epoch's checkpoint, of the step in hand unless another is said. The epochs of a second training step lie one deeper. */
export function epochFolder(work: Work, epoch: number, step = work.state.step): string {
  const { steps } = work.prepared.recipe;
  const name = `epoch-${String(epoch).padStart(2, '0')}`;
  const first = steps.findIndex(trains);
  return step === first ? `${EPOCHS_FOLDER}/${name}` : `${EPOCHS_FOLDER}/step-${step + 1}/${name}`;
}

/** The folder, relative to the run's, where the model with which a step begins is kept until the run is done. */
export const startFolder = (step: number): string => `${STATE_FOLDER}/step-${step + 1}`;

/** Whether no later step changes the model, so that the step in hand makes the checkpoint to use. */
export const isLastChange = ({ prepared, state }: Work): boolean =>
  !prepared.recipe.steps.slice(state.step + 1).some(changesModel);

/** Reads a checkpoint of the run back. Throws UserError. */
export const readBack = ({ out }: Work, folder: string): Promise<ModelContent> =>
  readCheckpoint(path.join(out, folder, 'model.json'));
