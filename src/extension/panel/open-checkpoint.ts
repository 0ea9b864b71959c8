import type * as vscode from 'vscode';
import type { z } from 'zod';
import type { DataReference } from '../../protocol/dataset';
import type { Progress } from '../../protocol/measure';
import type { Inspection } from '../../protocol/model';
import type { PanelNotifications, PanelState } from '../../protocol/panel';
import type { HandlerContext } from '../../rpc/peer';
import type { PanelRun } from './panel-run';

/** A checkpoint that is open in a panel, for the handlers of the page and the commands. */
export interface OpenCheckpoint {
  readonly uri: vscode.Uri;
  /** Absolute path of the model.json. */
  readonly model: string;
  /** Its dataset with the normalization that the person chose; undefined: none, or the workspace is not trusted. */
  readonly data: DataReference | undefined;
  /** The model for its remembered normalization; undefined: it is not open yet. */
  readonly inspected: Inspection | undefined;
  readonly run: PanelRun;
  /** True if a visible page receives notifications. */
  readonly isLive: boolean;
  /** Reads the checkpoint unless the page shows the current files. @throws UserError if it is not a checkpoint, CancelledError */
  load(again: boolean, context: HandlerContext<Progress>): Promise<PanelState>;
  /** Opens the dataset, unless there is none or it is open. */
  openData(): void;
  /** Asks the person for the normalization if nothing else decides it. @throws CancelledError if the person does not answer */
  settleNormalization(signal: AbortSignal, onProgress?: (progress: Progress) => void): Promise<void>;
  /** Sends the whole state to the page again. */
  tellState(): Promise<void>;
  notify<K extends keyof PanelNotifications>(name: K, value: z.input<PanelNotifications[K]>): void;
}
