import type { EngineRequests } from '../protocol/engine';
import type { Client } from '../rpc/peer';

/** What `activate` returns: a window into the running extension, for the tests inside the extension host. */
export interface SecateurApi {
  /** Milliseconds from the first line of the bundle to the end of `activate`. */
  activationMilliseconds: number;
  /** Resolves when the workspace has been looked through once. */
  whenScanned(): Promise<void>;
  /** Absolute paths of what was found by content. */
  checkpoints(): string[];
  recipes(): string[];
  /** Asks the engine of the inspectors, which is started if need be. */
  engine: Client<EngineRequests>;
  /** Id of that engine's process, while there is one. */
  enginePid(): number | undefined;
  /** Titles of the runs that go on. */
  running(): string[];
}
