import type { DataReference } from '../../protocol/dataset';
import type { Progress } from '../../protocol/measure';
import type { Provenance } from '../../protocol/model';
import type { Recipe } from '../../protocol/recipe';
import type { RunEvent } from '../../protocol/run';
import type { Checkpoint, ModelContent } from '../checkpoint/types';
import type { Dataset, OpenData } from '../dataset/open-data';
import type { Referenced } from './referenced';

/** A requested run; folders are absolute. */
export interface RunRequest {
  recipe: Recipe;
  /** Start of relative paths in the recipe. */
  baseFolder: string;
  /** The run's folder; made where it is missing. */
  out: string;
  resume: boolean;
}

/** The environment of a run. */
export interface RunEnvironment {
  version: string;
  backend: Provenance['backend'];
  openData(data: DataReference, baseFolder: string, listen: Listener): Promise<OpenData>;
}

/** Hears the events of a run, and may stop it. */
export interface Listener {
  signal: AbortSignal;
  report(event: RunEvent): void;
  /** Hears for how many seconds a model was measured on examples. */
  measured?(examples: number, seconds: number): void;
}

/** Everything that a run reads, checked before anything is written. */
export interface Prepared {
  recipe: Recipe;
  /** SHA-256 of the recipe without the path of its checkpoint. */
  recipeHash: string;
  /** The checkpoint of the recipe; null where the first step trains a network from random weights. */
  parent: Checkpoint | null;
  /** Other checkpoints that steps reference. */
  referenced: Referenced;
  /** The model at the start of the first step. */
  start: ModelContent;
  /** The data of the recipe. */
  opened: OpenData | null;
  /** The data as the model takes it; null without data, or where the model cannot be measured on it. */
  data: Dataset | null;
  /** The reason why accuracy cannot be measured although there is data. */
  noAccuracy?: string | undefined;
}

/** Returns a function that reports the progress of a measurement to the listener. */
export const progressTo =
  (listener: Listener) =>
  (progress: Progress): void => {
    listener.report({ kind: 'progress', progress });
  };
