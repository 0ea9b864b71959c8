import type * as vscode from 'vscode';
import * as z from 'zod';
import { t, translated } from '../../protocol/l10n';
import { DataReference, DatasetInfo, isNamed, NO_DATASET, plainData } from '../../protocol/dataset';
import type { EngineRequests } from '../../protocol/engine';
import type { Progress } from '../../protocol/measure';
import type { Inspection } from '../../protocol/model';
import type { CallOptions, Client } from '../../rpc/peer';
import { Listeners } from '../listeners';

/** A dataset with the name that was given and the facts that were found. */
export interface OpenDataset {
  reference: DataReference;
  info: DatasetInfo;
}

const KEYS = { chosen: 'chosenData', known: 'knownData' } as const;
const Known = z.array(z.tuple([z.string(), DatasetInfo]));
/** The number of datasets whose facts are remembered. */
const REMEMBERED = 20;

/** The dataset of this workspace, remembered, and the known facts of datasets that were opened before. */
export class Datasets {
  readonly changed = new Listeners<void>();
  private verified: string | undefined;
  private problem: { key: string; sentence: string } | undefined;

  /** `folder`: the setting for the folder of `fashion-mnist`; it is the default choice. */
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
   * The dataset for a checkpoint: the chosen one, or else the dataset in the checkpoint's provenance, if it can be found by
   * name.
   */
  for(inspection: Inspection): DataReference | undefined {
    const trainedOn = inspection.provenance?.dataset?.name;
    return this.chosen ?? (trainedOn !== undefined && isNamed(trainedOn) ? trainedOn : undefined);
  }

  /**
   * Opens a dataset, which fetches one with a name where this machine does not have it, and makes it the choice of this workspace.
   * @throws UserError from the engine if it is not valid, CancelledError
   */
  async choose(reference: DataReference, options: CallOptions<Progress> = {}): Promise<DatasetInfo> {
    const info = await this.open(reference, true, options);
    await this.memory.update(KEYS.chosen, reference);
    this.verified = this.key(reference);
    this.problem = undefined;
    this.changed.fire();
    return info;
  }

  /** A dataset for the pages: its facts, or the reason why there is none. */
  describe(reference: DataReference | undefined): { info?: DatasetInfo; problem?: string } {
    if (reference === undefined) return { problem: translated(NO_DATASET) };
    if (this.problem?.key === this.key(reference)) return { problem: this.problem.sentence };
    const info = this.known(reference);
    return info ? { info } : { problem: t('The dataset is being opened.') };
  }

  /** Opens a dataset once per window, so that its known facts are true. */
  async verify(reference: DataReference): Promise<void> {
    if (this.verified === this.key(reference)) return;
    const key = (this.verified = this.key(reference));
    const before = JSON.stringify(this.describe(reference));
    try {
      await this.open(reference, false);
      this.problem = undefined;
    } catch (error) {
      this.verified = undefined;
      this.problem = { key, sentence: error instanceof Error ? error.message : String(error) };
    }
    if (JSON.stringify(this.describe(reference)) !== before) this.changed.fire();
  }

  /** The facts of a dataset when it was last opened. */
  known(reference: DataReference): DatasetInfo | undefined {
    const key = this.key(reference);
    return this.remembered().find(([its]) => its === key)?.[1];
  }

  /** Finds and checks a dataset in the engine. @throws UserError if there is none, or it is damaged */
  async open(reference: DataReference, download: boolean, options: CallOptions<Progress> = {}): Promise<DatasetInfo> {
    const info = await this.engine('dataset', { data: reference, download }, options);
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
    // The facts of a dataset do not depend on the normalization.
    return JSON.stringify([plainData(reference), this.folder() ?? null]);
  }
}
