import { createHash } from 'node:crypto';
import { CancelledError } from '../../../protocol/errors';
import type { Recipe } from '../../../protocol/recipe';
import type { RunResult } from '../../../protocol/run';
import { removeEmptyFolders } from '../../checkpoint/folders';
import { lockFolder, type FolderLock } from '../../folder/lock';
import { OutputFolder } from '../../folder/output-folder';
import { hashRecipe, relocated } from '../provenance';
import type { Listener, Prepared, RunEnvironment, RunRequest } from '../types';
import {
  clearLeftovers,
  discard,
  dropStrange,
  hasEpochs,
  recipeIn,
  removeResults,
  removeState,
  type OwnFiles,
} from './contents';
import { checkApart, examine, type Asking, type Standing } from './examine';
import { Journal } from './journal';
import { CSV_FILE, MARKDOWN_FILE, RECIPE_FILE, RESULTS_FILE } from './layout';
import { resultsCsv, resultsMarkdown } from './report';
import { restoreState, writeState, type ReadState, type RunState } from './state';

/** The state of a new run in a folder, given the files that the run will add to it. */
export type FreshState = (own: OwnFiles) => RunState;

/** A run that may write into its folder. */
export interface Begun extends ReadState {
  readonly resumed: boolean;
  /** Reports every event to the journal too, except progress. */
  readonly listener: Listener;
}

/** A run that was finished before. */
export type Finished = Extract<Standing, { kind: 'finished' }>;

/**
 * The folder of a run, from the first look to the last file: `open` examines it, `begin` makes and locks it, `finish` or
 * `fail` ends the run, `close` releases it. The recipe in it is read once at each examination.
 */
export class RunFolder {
  #standing: Standing = { kind: 'new' };
  /** The recipe in the folder. */
  #recipe: Recipe | undefined;
  /** The topmost folder that the run made. */
  #made: string | undefined;
  #lock: FolderLock | undefined;
  #journal: Journal | undefined;

  private constructor(
    readonly output: OutputFolder,
    private readonly baseFolder: string,
    private readonly asking: Asking,
  ) {}

  /** Examines the folder and writes nothing. @throws UserError where the run must not use it */
  static async open({ out, baseFolder }: RunRequest, asking: Asking): Promise<RunFolder> {
    const output = await OutputFolder.locate(out);
    await checkApart(output, asking.parent);
    const folder = new RunFolder(output, baseFolder, asking);
    await folder.#examine(asking.resume);
    return folder;
  }

  /** Absolute, as the person named it. */
  get given(): string {
    return this.output.given;
  }

  /** The state at the last examination. */
  get standing(): Standing {
    return this.#standing;
  }

  async #examine(resume: boolean): Promise<void> {
    this.#recipe = await recipeIn(this.output);
    this.#standing = await examine(this.output, { ...this.asking, resume }, this.#recipe);
  }

  /**
   * Makes the folder where it is missing, locks it, examines it again, clears the leftovers of killed runs, and opens the
   * journal, the state and the recipe for writing.
   * @returns the results where another run has finished the same recipe meanwhile
   * @throws UserError, CancelledError
   */
  async begin(
    fresh: FreshState,
    prepared: Prepared,
    environment: Pick<RunEnvironment, 'version' | 'backend'>,
    listener: Listener,
  ): Promise<Begun | Finished> {
    if (listener.signal.aborted) throw new CancelledError();
    this.#made = await this.output.make(async (staged) => writeState(staged, fresh(await this.#own(staged, prepared))));
    this.#lock = await lockFolder(this.output);
    // Another run may have worked here since the first look; a folder that this run made holds nothing to resume.
    await this.#examine(this.asking.resume && this.#made === undefined);
    const standing = this.#standing;
    if (standing.kind === 'finished') return standing;
    const resumed = standing.kind === 'unfinished';
    await clearLeftovers(this.output, resumed);
    this.#recipe = await recipeIn(this.output);
    const state = resumed ? standing.state : fresh(await this.#own(this.output, prepared));
    this.#journal = await Journal.open(this.output);
    try {
      // The state is written before the files that it lists as the run's own.
      if (!resumed) await writeState(this.output, state);
      if (!this.#hasRecipe()) await this.#writeRecipe();
      this.#journal.write({ kind: 'start', ...environment, resumed });
      const heard = this.#journal.listening(listener);
      if (!resumed) return { state, resumed, listener: heard };
      for (const text of standing.notes) heard.report({ kind: 'message', text });
      if (await dropStrange(this.output, state.latest))
        heard.report({
          kind: 'message',
          text: `The checkpoint in ${this.given} is not that of the last whole epoch, so it is written again.`,
        });
      return { ...standing, resumed, listener: heard };
    } catch (error) {
      await this.fail(error, state.own);
      throw error;
    }
  }

  /** Makes the state that the run resumes from the last one, where that is an earlier state. */
  async restore(): Promise<void> {
    if (this.#standing.kind === 'unfinished' && this.#standing.earlier) await restoreState(this.output, this.#standing);
  }

  /** Seconds of work so far, over all resumes; undefined where the journal cannot tell. */
  async seconds(): Promise<number | undefined> {
    return this.#journal?.seconds();
  }

  /** Writes the results as a table, as text and whole; the last says that the run is finished. Removes the state. */
  async finish(result: RunResult, backend: string): Promise<void> {
    await this.output.write(CSV_FILE, resultsCsv(result));
    const recipe = this.#recipe ?? this.asking.recipe;
    await this.output.write(MARKDOWN_FILE, resultsMarkdown({ recipe, result, backend }));
    await this.output.write(RESULTS_FILE, `${JSON.stringify(result, null, 2)}\n`);
    await removeState(this.output);
  }

  /** Removes everything that says that the run is finished. */
  async takeBack(own: OwnFiles): Promise<void> {
    await removeResults(this.output, own);
  }

  /** Ends the journal of a run that is done. */
  async end(): Promise<void> {
    this.#journal?.write({ kind: 'end', outcome: 'done' });
    await this.#journal?.flush();
  }

  /** Ends the journal of a run that failed; without a whole epoch the run leaves nothing. */
  async fail(error: unknown, own: OwnFiles): Promise<void> {
    const outcome = error instanceof CancelledError ? 'cancelled' : 'failed';
    this.#journal?.write({ kind: 'end', outcome, message: error instanceof Error ? error.message : String(error) });
    await this.#journal?.flush().catch(() => undefined);
    if (!(await hasEpochs(this.output))) await discard(this.output, own);
  }

  /** Releases the lock, and removes the folders that the run made and left empty. */
  async close(): Promise<void> {
    await this.#lock?.release();
    if (this.#made !== undefined) await removeEmptyFolders(this.output.real, this.#made);
  }

  #hasRecipe(): boolean {
    return this.#recipe !== undefined && hashRecipe(this.#recipe) === this.asking.recipeHash;
  }

  async #writeRecipe(): Promise<void> {
    const recipe = relocated(this.asking.recipe, this.baseFolder, this.given);
    await this.output.write(RECIPE_FILE, `${JSON.stringify(recipe, null, 2)}\n`);
    this.#recipe = await recipeIn(this.output);
  }

  /** Lists the files that the run will add to a folder, beside checkpoints and results. */
  async #own(folder: OutputFolder, { start: { companions = [] } }: Prepared): Promise<OwnFiles> {
    const there = new Set(await folder.names());
    const missing = companions.filter(({ name }) => !there.has(name));
    return {
      recipe: !this.#hasRecipe(),
      companions: Object.fromEntries(missing.map(({ name, bytes }) => [name, sha256(bytes)])),
      written: {},
    };
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
