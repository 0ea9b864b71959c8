import type { DataReference } from '../../protocol/dataset';
import type { Progress } from '../../protocol/measure';
import type { Provenance } from '../../protocol/model';
import type { Recipe } from '../../protocol/recipe';
import type { RunEvent } from '../../protocol/run';
import type { Checkpoint, ModelContent } from '../checkpoint/types';
import type { Dataset, OpenData } from '../dataset/open-data';
import type { ReferencedCheckpoints } from './referenced-checkpoints';

/** What a run is asked to do; folders are absolute. */
export interface RunRequest {
  recipe: Recipe;
  /** What relative paths in the recipe start from. */
  baseFolder: string;
  /** The run's folder, made if need be. */
  out: string;
  resume: boolean;
}

/** What a run is given of its surroundings. */
export interface RunEnvironment {
  version: string;
  backend: Provenance['backend'];
  openData(data: DataReference, baseFolder: string, listen: Listener): Promise<OpenData>;
}

/** Who listens to a run, and may stop it. */
export interface Listener {
  signal: AbortSignal;
  report(event: RunEvent): void;
}

/** All that a run reads, read and checked before anything is written. */
export interface Prepared {
  recipe: Recipe;
  /** SHA-256 of the recipe, its checkpoint's path left out. */
  recipeHash: string;
  /** The checkpoint of the recipe; null where the first step trains a network from random weights. */
  parent: Checkpoint | null;
  /** Other checkpoints that steps name. */
  referenced: ReferencedCheckpoints;
  /** The model with which the first step begins. */
  start: ModelContent;
  /** The data that the recipe names. */
  opened: OpenData | null;
  /** The same as the model takes it; null without data, or where the model cannot be measured on it. */
  data: Dataset | null;
  /** Why accuracy cannot be measured although there is data. */
  noAccuracy?: string | undefined;
}

/** Tells the listener about the progress of a measurement. */
export const progressTo =
  (listener: Listener) =>
  (progress: Progress): void => {
    listener.report({ kind: 'progress', progress });
  };
