import type * as vscode from 'vscode';
import * as z from 'zod';
import { DataReference, DatasetInfo, NO_DATASET, plainData } from '../../protocol/dataset';
import type { EngineRequests } from '../../protocol/engine';
import type { Inspection } from '../../protocol/model';
import type { Client } from '../../rpc/peer';
import { Listeners } from '../listeners';

/** A dataset as it was named, and as it was found. */
export interface OpenDataset {
  reference: DataReference;
  info: DatasetInfo;
}

const KEYS = { chosen: 'chosenData', known: 'knownData' } as const;
const Known = z.array(z.tuple([z.string(), DatasetInfo]));
/** Datasets that are found by their names on any machine. */
const NAMED = ['fashion-mnist', 'fashion-mnist-sample'];
/** So many datasets are remembered by what was found in them. */
const REMEMBERED = 20;

/** Which dataset this workspace uses, remembered; and what is known of it without opening it again. */
export class Datasets {
  readonly changed = new Listeners<void>();
  private verified: string | undefined;
  private problem: { key: string; sentence: string } | undefined;

  /** `folder`: the folder of `fashion-mnist` in the settings, which chooses it where nothing else was chosen. */
  constructor(
    private readonly memory: vscode.Memento,
    private readonly engine: Client<EngineRequests>,
    private readonly folder: () => string | undefined,
  ) {}

  /** The dataset in use; undefined: none was chosen. */
  get chosen(): DataReference | undefined {
    const stored = DataReference.safeParse(this.memory.get(KEYS.chosen));
    if (stored.success) return stored.data;
    return this.folder() === undefined ? undefined : 'fashion-mnist';
  }

  /**
   * The dataset for a checkpoint: the chosen one; where none was chosen, the one that Secateur wrote into the checkpoint,
   * if it is one that is found by name.
   */
  for(inspection: Inspection): DataReference | undefined {
    const trainedOn = inspection.provenance?.dataset?.name;
    return this.chosen ?? (trainedOn !== undefined && NAMED.includes(trainedOn) ? trainedOn : undefined);
  }

  /** Opens a dataset and, if it is sound, makes it this workspace's. @throws UserError as the engine says. */
  async choose(reference: DataReference, signal?: AbortSignal): Promise<DatasetInfo> {
    const info = await this.open(reference, signal);
    await this.memory.update(KEYS.chosen, reference);
    this.verified = this.key(reference);
    this.problem = undefined;
    this.changed.fire();
    return info;
  }

  /** A dataset as the pages show it: what was found in it, or why there is none. */
  describe(reference: DataReference | undefined): { info?: DatasetInfo; problem?: string } {
    if (reference === undefined) return { problem: NO_DATASET };
    if (this.problem?.key === this.key(reference)) return { problem: this.problem.sentence };
    const info = this.known(reference);
    return info ? { info } : { problem: 'The dataset is being opened.' };
  }

  /** Opens a dataset, once in the life of the window, so that what is known of it is true. */
  async verify(reference: DataReference): Promise<void> {
    if (this.verified === this.key(reference)) return;
    const key = (this.verified = this.key(reference));
    const before = JSON.stringify(this.describe(reference));
    try {
      await this.open(reference);
      this.problem = undefined;
    } catch (error) {
      this.verified = undefined;
      this.problem = { key, sentence: error instanceof Error ? error.message : String(error) };
    }
    if (JSON.stringify(this.describe(reference)) !== before) this.changed.fire();
  }

  /** What was found in a dataset when it was last opened. */
  known(reference: DataReference): DatasetInfo | undefined {
    const key = this.key(reference);
    return this.remembered().find(([its]) => its === key)?.[1];
  }

  /** Lets the engine find and check a dataset. @throws UserError when there is none, or it is damaged. */
  async open(reference: DataReference, signal?: AbortSignal): Promise<DatasetInfo> {
    const info = await this.engine('dataset', { data: reference }, { signal });
    const key = this.key(reference);
    const others = this.remembered().filter(([its]) => its !== key);
    await this.memory.update(KEYS.known, [[key, info], ...others].slice(0, REMEMBERED));
    return info;
  }

  private remembered(): [string, DatasetInfo][] {
    const stored = Known.safeParse(this.memory.get(KEYS.known));
    return stored.success ? stored.data : [];
  }

  private key(reference: DataReference): string {
    // What is in it does not depend on how its pixels enter a model.
    return JSON.stringify([plainData(reference), this.folder() ?? null]);
  }
}
