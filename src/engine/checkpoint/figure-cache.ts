import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { constants, gunzip as gunzipCallback, gzip as gzipCallback } from 'node:zlib';
import writeFileAtomic from 'write-file-atomic';
import * as z from 'zod';
import { fileStamp, resolveShard } from './paths';
import type { Checkpoint } from './types';

const gzip = promisify<Uint8Array, { level: number }, Buffer>(gzipCallback);
const gunzip = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(gunzipCallback);

/** Most bytes of all its files: 128 MiB. */
const MOST_BYTES = 2 ** 27;
/** Most bytes of one figure as JSON: 64 MiB. */
const MOST_JSON = 2 ** 26;
/**
 * Milliseconds for which files must have been as they are before they are read: the clocks of some drives are so coarse that a
 * change during the reading could leave the same time.
 */
const SETTLED = 2000;

/** Options of a cache of figures. */
export interface FigureCacheOptions {
  /** Figures of another revision are not used. */
  readonly revision: string;
  /** Most bytes of all its files. */
  readonly most?: number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** A checkpoint by its files, and the stamp that these had before they were read. */
export type StampedFiles = Pick<Checkpoint, 'path' | 'files' | 'stamp'>;

const Stored = z.object({ revision: z.string(), path: z.string(), identity: z.string(), value: z.unknown() });
type Stored = z.infer<typeof Stored>;

/**
 * Keeps figures of large checkpoints in a folder, so that these open quickly in another window too. A figure is used only
 * while each file of its checkpoint has the inode, size, and times of change, in nanoseconds, that it had before the figure was
 * computed. The figures that were used longest ago are deleted first.
 */
export class FigureCache {
  readonly #now: () => number;
  readonly #most: number;
  readonly #revision: string;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly folder: string,
    { revision, most = MOST_BYTES, now = Date.now }: FigureCacheOptions,
  ) {
    [this.#revision, this.#most, this.#now] = [revision, most, now];
  }

  /** Returns the figures of a checkpoint; undefined where its files are not those that were stamped. */
  async of(files: StampedFiles): Promise<KeptFigures | undefined> {
    const identity = await identityOf(files);
    if (identity?.stamp !== files.stamp) return undefined;
    const asked = this.#now();
    const place = createHash('sha256').update(files.path).digest('hex').slice(0, 32);
    const fileOf = (kind: FigureKind): string => path.join(this.folder, `${place}-${kind}.json.gz`);
    return {
      identity: identity.text,
      get: (kind, schema) => this.#get(fileOf(kind), identity, files, schema),
      keep: (kind, value) => {
        if (asked - identity.changed < SETTLED) return;
        this.#writing = this.#writing.then(() => this.#keep(fileOf(kind), identity, files, value));
      },
    };
  }

  /** Resolves when all that was to be kept is written. */
  written(): Promise<void> {
    return this.#writing;
  }

  async #get<T>(file: string, { text }: Identity, about: StampedFiles, schema: z.ZodType<T>): Promise<T | undefined> {
    try {
      const json = await gunzip(await readFile(file), { maxOutputLength: MOST_JSON });
      const { revision, path: of, identity, value } = Stored.parse(JSON.parse(json.toString('utf8')));
      if (revision !== this.#revision || of !== about.path || identity !== text) return undefined;
      const found = schema.parse(value);
      const now = new Date(this.#now());
      await utimes(file, now, now).catch(() => undefined);
      return found;
    } catch {
      // A figure that is missing or damaged is computed again.
      return undefined;
    }
  }

  async #keep(file: string, { text: identity }: Identity, files: StampedFiles, value: unknown): Promise<void> {
    try {
      // It may have been computed from files that have changed meanwhile.
      if ((await identityOf(files))?.text !== identity) return;
      const stored: Stored = { revision: this.#revision, path: files.path, identity, value };
      const json = Buffer.from(JSON.stringify(stored));
      if (json.byteLength > MOST_JSON) return;
      const bytes = await gzip(json, { level: constants.Z_BEST_SPEED });
      await mkdir(this.folder, { recursive: true });
      await writeFileAtomic(file, bytes);
      await this.#trim();
    } catch {
      // A cache that cannot be written is not used.
    }
  }

  async #trim(): Promise<void> {
    // Files that a killed engine did not finish are among them.
    const files = await Promise.all(
      (await readdir(this.folder)).map(async (name) => {
        const file = path.join(this.folder, name);
        const { size, mtimeMs } = await stat(file).catch(() => ({ size: 0, mtimeMs: 0 }));
        return { file, size, mtimeMs };
      }),
    );
    let held = files.reduce((sum, { size }) => sum + size, 0);
    for (const { file, size } of files.toSorted((a, b) => a.mtimeMs - b.mtimeMs)) {
      if (held <= this.#most) return;
      await rm(file, { force: true });
      held -= size;
    }
  }
}

/** The figures that are kept about the files of a checkpoint as they were when this was asked for. */
export interface KeptFigures {
  /** Changes with each file, also where its time of change was set back. */
  readonly identity: string;
  /** Returns a figure; undefined where it is not known, or does not fit the schema. */
  get<T>(kind: FigureKind, schema: z.ZodType<T>): Promise<T | undefined>;
  /** Keeps a figure that was computed since, unless the files have changed meanwhile. Writes it in the background. */
  keep(kind: FigureKind, value: unknown): void;
}

/** Names of figures, which are those of files. */
export type FigureKind = 'reading' | 'sizes' | 'brotli' | 'packing' | 'packing-exact' | 'histograms';

interface Identity {
  /** The stamp of the checkpoint, as `checkpointStamp` gives it. */
  readonly stamp: string;
  /** The stamp with drives and times of change, which nobody can set. */
  readonly text: string;
  /** Time of the last change of any file, in milliseconds since the epoch. */
  readonly changed: number;
}

/** Returns the identity of files now; undefined where one is missing. */
async function identityOf({ path: file, files }: StampedFiles): Promise<Identity | undefined> {
  try {
    const shards = await Promise.all(files.slice(1).map(({ name }) => resolveShard(file, name)));
    const states = await Promise.all(
      [file, ...shards.map((shard) => shard.path)].map((one) => stat(one, { bigint: true })),
    );
    const times = states.flatMap(({ mtimeMs, ctimeMs }) => [mtimeMs, ctimeMs]);
    return {
      stamp: states.map(fileStamp).join('|'),
      text: states.map((state) => `${state.dev}:${fileStamp(state)}:${state.ctimeNs}`).join('|'),
      changed: Number(times.reduce((last, time) => (time > last ? time : last))),
    };
  } catch {
    return undefined;
  }
}
