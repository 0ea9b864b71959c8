import type { EngineRequests } from '../protocol/engine';
import type { Evaluation } from '../protocol/measure';
import type { Client } from '../rpc/peer';
import type { RunJob, RunRequest } from './runs/run-job';

/** What `activate` returns: a window into the running extension, for the tests inside the extension host. */
export interface SecateurApi {
  /** Milliseconds from the first line of the bundle to the end of `activate`. */
  activationMilliseconds: number;
  /** What is behind it; loads it if need be. */
  testApi(): Promise<SecateurTestApi>;
}

/** The engine, the scan, the panels and the runs of this window. */
export interface SecateurTestApi {
  /** Resolves when the workspace has been looked through once. */
  whenScanned(): Promise<void>;
  /** Absolute paths of what was found by content. */
  checkpoints(): string[];
  recipes(): string[];
  /** Asks the engine of the inspectors, which is started if need be. */
  engine: Client<EngineRequests>;
  /** Id of that engine's process, while there is one. */
  enginePid(): number | undefined;
  /** Checkpoints whose panel has a page that shows them. */
  livePanels(): string[];
  /** The evaluation that is kept for the weights of this checkpoint. */
  keptEvaluation(model: string): Promise<Evaluation | null>;
  /** Starts a run as the commands do. */
  run(request: RunRequest): RunJob;
  /** Folders of the runs that go on, or were interrupted and can be resumed. */
  activeRuns(): string[];
}
