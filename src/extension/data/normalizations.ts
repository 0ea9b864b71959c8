import type * as vscode from 'vscode';
import * as z from 'zod';
import { plainData, withNormalization, type DataReference } from '../../protocol/dataset';
import type { EngineRequests, NormalizationAnswer } from '../../protocol/engine';
import type { Progress } from '../../protocol/measure';
import { Normalization } from '../../protocol/normalization';
import type { CallOptions, Client } from '../../rpc/peer';
import { Listeners } from '../listeners';

const KEY = 'normalizations';
const Said = z.array(z.tuple([z.string(), Normalization]));
/** The number of remembered choices, and of remembered answers. */
const REMEMBERED = 100;

/** A model: the path of its model.json and the hash of its weights. */
export interface NormalizedModel {
  readonly path: string;
  readonly weightsHash: string;
}

/** Normalizations of models: the remembered choices of the person, and the answers of the engine. */
export class Normalizations {
  readonly changed = new Listeners<void>();
  private readonly answers = new Map<string, NormalizationAnswer>();

  constructor(
    private readonly memory: vscode.Memento,
    private readonly engine: Client<EngineRequests>,
  ) {}

  /** The data with the normalization that the person chose for it and this model, if any. */
  applied(model: NormalizedModel, data: DataReference): DataReference {
    const key = keyOf(model, data);
    const said = this.said().find(([its]) => its === key)?.[1];
    return said ? withNormalization(data, said) : data;
  }

  /** The last answer of the engine for a model and its data. */
  known(model: NormalizedModel, data: DataReference): NormalizationAnswer | undefined {
    return this.answers.get(askedKey(model, this.applied(model, data)));
  }

  /** Asks the engine for the normalization of some data. @throws UserError, CancelledError */
  async ask(
    model: NormalizedModel,
    data: DataReference,
    options: CallOptions<Progress> & { download?: boolean } = {},
  ): Promise<NormalizationAnswer> {
    const { download = false, ...call } = options;
    const asked = this.applied(model, data);
    const answer = await this.engine('normalization', { model: model.path, data: asked, download }, call);
    const key = askedKey(model, asked);
    const before = JSON.stringify(this.answers.get(key));
    this.answers.delete(key);
    this.answers.set(key, answer);
    for (const oldest of this.answers.keys()) {
      if (this.answers.size <= REMEMBERED) break;
      this.answers.delete(oldest);
    }
    if (JSON.stringify(answer) !== before) this.changed.fire();
    return answer;
  }

  /** Remembers the person's choice for a model and its data; undefined: the engine searches again. */
  async say(model: NormalizedModel, data: DataReference, normalization: Normalization | undefined): Promise<void> {
    const key = keyOf(model, data);
    const others = this.said().filter(([its]) => its !== key);
    await this.memory.update(KEY, [...(normalization ? [[key, normalization]] : []), ...others].slice(0, REMEMBERED));
    this.changed.fire();
  }

  private said(): [string, Normalization][] {
    const stored = Said.safeParse(this.memory.get(KEY));
    return stored.success ? stored.data : [];
  }
}

const keyOf = ({ weightsHash }: NormalizedModel, data: DataReference): string =>
  JSON.stringify([weightsHash, plainData(data)]);

const askedKey = ({ weightsHash }: NormalizedModel, data: DataReference): string => JSON.stringify([weightsHash, data]);
