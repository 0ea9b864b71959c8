import type * as vscode from 'vscode';
import type { EngineProcess } from '../../child/engine-process';
import type { SharedEngine } from '../child/shared-engine';
import type { DataPages } from '../data/data-pages';
import type { Datasets } from '../data/datasets';
import type { Normalizations } from '../data/normalizations';
import type { Evaluations } from '../evaluate/evaluations';
import type { LogWindow } from '../log';
import type { RunStarter } from '../runs/run-starter';
import type { RunList } from '../runs-view/run-list';
import type { Scanner } from '../scan/scanner';
import type { Panels } from './panels';

/** The services that a panel uses. */
export interface PanelTools {
  /** The folder of the extension. */
  readonly extensionUri: vscode.Uri;
  /** The folder for the extension's own files, absolute. */
  readonly storageFolder: string;
  readonly engine: SharedEngine;
  /** Makes an engine for one long question. */
  readonly createEngine: () => EngineProcess;
  readonly datasets: Datasets;
  readonly dataPages: DataPages;
  readonly normalizations: Normalizations;
  readonly evaluations: Evaluations;
  readonly panels: Panels;
  readonly runStarter: RunStarter;
  readonly runList: RunList;
  readonly scanner: Scanner;
  readonly log: LogWindow;
}
