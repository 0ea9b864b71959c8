import path from 'node:path';
import { t } from '../../protocol/l10n';
import type { DataDescription } from '../../protocol/data-description';
import { DataOptions, sameJson } from '../../protocol/data-options';
import { isDataFile, type DataReference } from '../../protocol/dataset';
import type { EngineRequests } from '../../protocol/engine';
import { CancelledError, describeIssue, firstComplaint, UserError } from '../../protocol/errors';
import { asJson, type JsonObject } from '../../protocol/json';
import type { Client } from '../../rpc/peer';
import { optionsIn, readDataFile } from './data-file';

/** The data as it is seen with options; see `DataReview`. */
export interface SeenData {
  /** The place of the data: a name, or absolute. */
  readonly source: string;
  readonly written: JsonObject;
  readonly description: DataDescription | null;
  readonly problem: { sentence: string; at: string[] } | null;
  readonly recognized: DataDescription | null;
  readonly columns: string[];
}

/** The place of the data and the options that are written about it. */
interface Read {
  readonly source: string;
  readonly written: JsonObject;
}

/** Data on a page: its place, what is written about it, and what the engine sees in it with other options. */
export class ReviewedSource {
  /** The text of the NAME.data.json when it was last read; undefined: there is none. */
  textOfFile: string | undefined;
  private recognized: { readonly source: string; readonly description: DataDescription | null } | undefined;

  constructor(
    private given: DataReference,
    private readonly engine: Client<EngineRequests>,
  ) {}

  /** The data, as a later page takes it. */
  get reference(): DataReference {
    return this.given;
  }

  /** The NAME.data.json that describes the data, absolute. */
  get file(): string | undefined {
    const source = typeof this.given === 'string' ? this.given : this.given.source;
    return isDataFile(source) ? source : undefined;
  }

  /** From now on, a file describes the data. */
  async follow(file: string): Promise<void> {
    this.given = file;
    this.textOfFile = (await readDataFile(file))?.text;
  }

  /**
   * Tells what the engine sees in the data with options.
   * @param options undefined: those that are written
   * @param again recognizes anew what is seen without options
   * @throws UserError where the file that describes the data is not valid, CancelledError
   */
  async see(options: JsonObject | undefined, again: boolean, signal: AbortSignal): Promise<SeenData> {
    const { source, written } = await this.read(signal);
    const said = options ?? written;
    if (again || this.recognized?.source !== source) this.recognized = undefined;
    const seen = await this.describe(source, said, signal);
    if (Object.keys(said).length === 0) this.recognized = { source, description: seen.description };
    this.recognized ??= { source, description: (await this.describe(source, {}, signal)).description };
    return { source, written, ...seen, recognized: this.recognized.description };
  }

  /**
   * The data with options, for the engine: as it was given where they are those that are written.
   * @throws UserError where they are not valid
   */
  async data(options: JsonObject | undefined, signal: AbortSignal): Promise<DataReference> {
    const { source, written } = await this.read(signal);
    if (options === undefined || sameJson(options, written)) return this.given;
    const parsed = DataOptions.safeParse(asJson(options));
    if (!parsed.success) throw faultOf(parsed.error);
    return { source, ...parsed.data };
  }

  /** Reads what is written about the data. @throws UserError as the engine says it, where its file is not valid */
  private async read(signal: AbortSignal): Promise<Read> {
    const { file, given } = this;
    const { source, ...beside } = typeof given === 'string' ? { source: given } : given;
    if (file === undefined) return { source, written: asJson(beside) };
    const read = await readDataFile(file);
    if (!read || isDataFile(read.source)) {
      await this.engine('describeData', { data: given }, { signal });
      throw new UserError(t('{0} changed while it was read: read it again.', path.basename(file)));
    }
    this.textOfFile = read.text;
    return { source: read.source, written: { ...optionsIn(read), ...asJson(beside) } };
  }

  private async describe(
    source: string,
    options: JsonObject,
    signal: AbortSignal,
  ): Promise<Pick<SeenData, 'description' | 'problem' | 'columns'>> {
    const parsed = DataOptions.safeParse(options);
    try {
      if (!parsed.success) throw faultOf(parsed.error);
      const data = Object.keys(options).length === 0 ? source : { source, ...parsed.data };
      const description = await this.engine('describeData', { data }, { signal });
      return { description, problem: null, columns: (description.columns ?? []).map(({ name }) => name) };
    } catch (error) {
      if (!(error instanceof UserError) || error instanceof CancelledError) throw error;
      const { columns, format } = parsed.data ?? {};
      const header = columns?.header;
      const names = { source, ...(format ? { format } : {}), ...(header === undefined ? {} : { columns: { header } }) };
      return {
        description: null,
        problem: { sentence: error.message, at: [...error.at] },
        columns: await this.engine('dataColumns', { data: names }, { signal }).catch(() => []),
      };
    }
  }
}

function faultOf(error: Parameters<typeof firstComplaint>[0]): UserError {
  return new UserError(`${describeIssue(error)}.`, { at: firstComplaint(error).at.map(String) });
}
