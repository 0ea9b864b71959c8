import type * as vscode from 'vscode';
import type { z } from 'zod';
import type { DataReference } from '../../protocol/dataset';
import type { Progress } from '../../protocol/measure';
import type { Inspection } from '../../protocol/model';
import type { PanelNotifications, PanelState } from '../../protocol/panel';
import type { PanelRun } from './panel-run';

/** A checkpoint that is open in a panel, as what serves the page and the commands see it. */
export interface OpenCheckpoint {
  readonly uri: vscode.Uri;
  /** Absolute path of the model.json. */
  readonly model: string;
  /** The dataset for it, with what the person said of its pixels; undefined: none, or the workspace is not trusted. */
  readonly data: DataReference | undefined;
  /** The model as its normalization is remembered; undefined: it is not open yet. */
  readonly inspected: Inspection | undefined;
  readonly run: PanelRun;
  /** Whether there is a page that hears what it is told. */
  readonly isLive: boolean;
  /** Reads the checkpoint, unless what is shown is what is on disk. @throws UserError when it is none */
  load(again: boolean, signal: AbortSignal): Promise<PanelState>;
  /** Opens the dataset, if there is one and it was not opened before. */
  openData(): void;
  /** Asks the person how pixels enter the model, where nothing else tells it. @throws CancelledError where they do not say it */
  settleNormalization(signal: AbortSignal, onProgress?: (progress: Progress) => void): Promise<void>;
  /** Tells the page everything again. */
  tellState(): Promise<void>;
  notify<K extends keyof PanelNotifications>(name: K, value: z.input<PanelNotifications[K]>): void;
}
