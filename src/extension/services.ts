import type * as vscode from 'vscode';
import type { Datasets } from './data/datasets';
import type { Normalizations } from './data/normalizations';
import type { EngineProcess } from './child/engine-process';
import type { SharedEngine } from './child/shared-engine';
import type { Evaluations } from './evaluate/evaluations';
import type { Listeners } from './listeners';
import type { Panels } from './panel/panels';
import type { RunService } from './runs/run-service';
import type { ActiveRuns } from './runs/active-runs';
import type { Scanner } from './scan/scanner';

/** What activation has made, for the commands and panels. */
export interface Services {
  context: vscode.ExtensionContext;
  log: vscode.LogOutputChannel;
  engine: SharedEngine;
  /** Makes an engine for one long question. */
  createEngine: () => EngineProcess;
  datasets: Datasets;
  normalizations: Normalizations;
  evaluations: Evaluations;
  activeRuns: ActiveRuns;
  runs: RunService;
  scanner: Scanner;
  panels: Panels;
  /** Fired when the view of runs is to read them again. */
  refreshRuns: Listeners<void>;
  /** The window is ending: nothing is announced any more. */
  isClosing(): boolean;
}
