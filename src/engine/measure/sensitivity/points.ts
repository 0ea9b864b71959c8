import { createHash } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import * as z from 'zod';
import { UserError } from '../../../protocol/errors';
import { ScanScores, SensitivityPoint, type Sensitivity } from '../../../protocol/measure/sensitivity';
import { errorCode, writeFailure } from '../../checkpoint/failures';
import type { KnownPoints } from './scan';
import { sensitivityCsv } from './csv';

/** The files of a scan in its folder: points as they come, one JSON text a line, and what they came to in the end. */
const POINTS_FILE = 'sensitivity.points.jsonl';
export const SENSITIVITY_FILE = 'sensitivity.json';
const CSV_FILE = 'sensitivity.csv';

const Line = z.union([
  z.object({ key: z.string() }),
  z.object({ baseline: ScanScores }),
  z.object({ layer: z.string(), point: SensitivityPoint }),
]);

/** All that decides the figures of a point. */
export interface ScanIdentity {
  readonly weightsHash: string;
  readonly images: string;
  readonly method: unknown;
  readonly backend: unknown;
}

/** The points of a scan in a file of its folder, so that a scan that was stopped goes on. */
export class StoredPoints implements KnownPoints {
  private known: ScanScores | undefined;
  private readonly points = new Map<string, SensitivityPoint>();

  private constructor(private readonly folder: string) {}

  /**
   * Opens, or begins, the file in a folder that exists.
   * @throws UserError where it holds points of another model, other data or other options, or cannot be read
   */
  static async open(folder: string, identity: ScanIdentity): Promise<StoredPoints> {
    const { weightsHash, images, method, backend } = identity;
    const key = createHash('sha256')
      .update(JSON.stringify([weightsHash, images, method, backend]))
      .digest('hex');
    const stored = new StoredPoints(folder);
    const file = path.join(folder, POINTS_FILE);
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw writeFailure(folder, error);
      await stored.write(() => writeFileAtomic(file, `${JSON.stringify({ key })}\n`));
      return stored;
    }
    const lines = text.split('\n').flatMap(parsed);
    const first = lines[0];
    if (!first || !('key' in first))
      throw new UserError(
        `The sensitivity scan in ${folder} is damaged, because ${POINTS_FILE} does not begin as it should: remove that file or choose another folder.`,
      );
    if (first.key !== key)
      throw new UserError(
        `The folder ${folder} holds a sensitivity scan of another model, with other data, options or another backend: choose another folder.`,
      );
    for (const line of lines) {
      if ('baseline' in line) stored.known = line.baseline;
      else if ('point' in line) stored.points.set(place(line.layer, line.point.sparsity), line.point);
    }
    // A line that was cut off must not run into the next one.
    if (!text.endsWith('\n')) await stored.write(() => appendFile(file, '\n'));
    return stored;
  }

  baseline(): ScanScores | undefined {
    return this.known;
  }

  find(layer: string, sparsity: number): SensitivityPoint | undefined {
    return this.points.get(place(layer, sparsity));
  }

  keepBaseline(baseline: ScanScores): Promise<void> {
    return this.append({ baseline });
  }

  keep(layer: string, point: SensitivityPoint): Promise<void> {
    return this.append({ layer, point });
  }

  /** Writes what the scan came to. */
  async finish(result: Sensitivity): Promise<void> {
    await this.write(async () => {
      await writeFileAtomic(path.join(this.folder, CSV_FILE), sensitivityCsv(result));
      await writeFileAtomic(path.join(this.folder, SENSITIVITY_FILE), `${JSON.stringify(result, null, 2)}\n`);
    });
  }

  private append(line: z.infer<typeof Line>): Promise<void> {
    return this.write(() => appendFile(path.join(this.folder, POINTS_FILE), `${JSON.stringify(line)}\n`));
  }

  private async write(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw writeFailure(this.folder, error);
    }
  }
}

const place = (layer: string, sparsity: number): string => JSON.stringify([layer, sparsity]);

/** A line that cannot be read, such as the last of a scan that was killed, counts as not measured. */
function parsed(line: string): z.infer<typeof Line>[] {
  try {
    const result = Line.safeParse(JSON.parse(line));
    return result.success ? [result.data] : [];
  } catch {
    return [];
  }
}
