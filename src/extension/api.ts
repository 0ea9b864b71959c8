import type { EngineRequests } from '../protocol/engine';
import type { Evaluation } from '../protocol/measure';
import type { Client } from '../rpc/peer';
import type { RunJob, RunRequest } from './runs/run-job';

/** The result of `activate`: a view of the running extension for the tests inside the extension host. */
export interface SecateurApi {
  /** Milliseconds from the first line of the bundle to the end of `activate`. */
  activationMilliseconds: number;
  /** Gives the services of the extension; loads them if necessary. */
  testApi(): Promise<SecateurTestApi>;
}

/** The engine, the scan, the panels and the runs of this window. */
export interface SecateurTestApi {
  /** Resolves when the first scan of the workspace is done. */
  whenScanned(): Promise<void>;
  /** Absolute paths of the files that the scan found. */
  checkpoints(): string[];
  recipes(): string[];
  /** Calls the engine that all panels share; starts it if necessary. */
  engine: Client<EngineRequests>;
  /** The id of that engine's process, while there is one. */
  enginePid(): number | undefined;
  /** Checkpoints with a live panel. */
  livePanels(): string[];
  /** The stored evaluation of the weights of this checkpoint. */
  keptEvaluation(model: string): Promise<Evaluation | null>;
  /** Starts a run as the commands do. */
  run(request: RunRequest): RunJob;
  /** Folders of the runs that are going on, or that were interrupted and can be resumed. */
  activeRuns(): string[];
}
