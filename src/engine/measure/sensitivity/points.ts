import { createHash } from 'node:crypto';
import path from 'node:path';
import * as z from 'zod';
import { UserError } from '../../../protocol/errors';
import { Measurement } from '../../../protocol/measure/measurement';
import { amountOf, SensitivityPoint, type Sensitivity } from '../../../protocol/measure/sensitivity';
import { writeFailure } from '../../checkpoint/failures';
import type { OutputFolder } from '../../folder/output-folder';
import type { KnownPoints } from './scan';
import { sensitivityCsv } from './csv';

/** The files of a scan in its folder: its points, one JSON text per line, and its results. */
const POINTS_FILE = 'sensitivity.points.jsonl';
export const SENSITIVITY_FILE = 'sensitivity.json';
const CSV_FILE = 'sensitivity.csv';

const Line = z.union([
  z.object({ key: z.string() }),
  z.object({ baseline: Measurement }),
  z.object({ layer: z.string(), point: SensitivityPoint }),
]);
type Line = z.infer<typeof Line>;

/** A stored line, with a part of the SHA-256 of its content. */
const Sealed = z.looseObject({ check: z.string() });

/** Everything that decides the figures of a point. */
export interface ScanIdentity {
  readonly weightsHash: string;
  readonly images: string;
  readonly method: unknown;
  readonly backend: unknown;
}

/** The points of a scan in a file of its folder, so that a stopped scan can resume. */
export class StoredPoints implements KnownPoints {
  private known: Measurement | undefined;
  private readonly points = new Map<string, SensitivityPoint>();

  private constructor(
    private readonly folder: OutputFolder,
    private readonly within: string,
  ) {}

  /**
   * Opens or creates the file in an existing folder.
   * @param within name of a folder in it, made where it is missing, for the points of a run's step; damaged points there
   * are measured again
   * @throws UserError where it holds points of another model, other data or other options, or cannot be read
   */
  static async open(folder: OutputFolder, within: string, identity: ScanIdentity): Promise<StoredPoints> {
    const { weightsHash, images, method, backend } = identity;
    const key = createHash('sha256')
      .update(JSON.stringify([weightsHash, images, method, backend]))
      .digest('hex');
    const stored = new StoredPoints(folder, within);
    const file = stored.nameOf(POINTS_FILE);
    const where = path.join(folder.given, within);
    for (const name of [CSV_FILE, SENSITIVITY_FILE]) await folder.file(stored.nameOf(name));
    const text = await folder.text(file);
    const lines = text?.split('\n').flatMap(parsed) ?? [];
    const first = lines[0];
    if (text === undefined || (within !== '' && !(first && 'key' in first && first.key === key))) {
      await stored.write(() => folder.write(file, sealed({ key })));
      return stored;
    }
    if (!first || !('key' in first))
      throw new UserError(
        `The sensitivity scan in ${where} is damaged, because ${POINTS_FILE} does not begin as it should: remove that file or choose another folder.`,
      );
    if (first.key !== key)
      throw new UserError(
        `The folder ${where} holds a sensitivity scan of another model, with other data, options or another backend: choose another folder.`,
      );
    for (const line of lines) {
      if ('baseline' in line) stored.known = line.baseline;
      else if ('point' in line) stored.points.set(place(line.layer, amountOf(line.point)), line.point);
    }
    // A line that was cut off must not run into the next one.
    if (!text.endsWith('\n')) await stored.write(() => folder.append(file, '\n'));
    return stored;
  }

  baseline(): Measurement | undefined {
    return this.known;
  }

  find(layer: string, amount: number): SensitivityPoint | undefined {
    return this.points.get(place(layer, amount));
  }

  keepBaseline(baseline: Measurement): Promise<void> {
    return this.append({ baseline });
  }

  keep(layer: string, point: SensitivityPoint): Promise<void> {
    return this.append({ layer, point });
  }

  /** Writes the results of the scan. */
  async finish(result: Sensitivity): Promise<void> {
    await this.write(async () => {
      await this.folder.write(this.nameOf(CSV_FILE), sensitivityCsv(result));
      await this.folder.write(this.nameOf(SENSITIVITY_FILE), `${JSON.stringify(result, null, 2)}\n`);
    });
  }

  private append(line: Line): Promise<void> {
    return this.write(() => this.folder.append(this.nameOf(POINTS_FILE), sealed(line)));
  }

  private nameOf(file: string): string {
    return this.within === '' ? file : `${this.within}/${file}`;
  }

  private async write(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw writeFailure(this.folder.given, error);
    }
  }
}

const place = (layer: string, amount: number): string => JSON.stringify([layer, amount]);

function sealed(line: Line): string {
  return `${JSON.stringify({ ...line, check: checkOf(line) })}\n`;
}

const checkOf = (line: object): string => createHash('sha256').update(JSON.stringify(line)).digest('hex').slice(0, 16);

/** Parses a line; one that has changed, such as the last of a killed scan, counts as not measured. */
function parsed(line: string): Line[] {
  try {
    const { check, ...told } = Sealed.parse(JSON.parse(line));
    return checkOf(told) === check ? [Line.parse(told)] : [];
  } catch {
    return [];
  }
}
