import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { DataReference, DatasetInfo, Split } from '../../protocol/dataset';
import { Evaluation } from '../../protocol/measure';

/** The weights and the images of an evaluation. */
export interface EvaluationKey {
  weightsHash: string;
  data: DataReference;
  dataset: DatasetInfo;
  split: Split;
}

/** Evaluations by the hash of their key, one file each. The least recently used ones are deleted first. */
export class EvaluationStore {
  constructor(
    private readonly folder: string,
    private readonly capacity = 200,
  ) {}

  /** The stored evaluation of this key; null if there is none, or its file is damaged. */
  async get(key: EvaluationKey): Promise<Evaluation | null> {
    const file = this.file(key);
    try {
      const parsed = Evaluation.safeParse(JSON.parse(await readFile(file, 'utf8')));
      if (!parsed.success) return null;
      const now = new Date();
      await utimes(file, now, now);
      return parsed.data;
    } catch {
      return null;
    }
  }

  async set(key: EvaluationKey, evaluation: Evaluation): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await writeFileAtomic(this.file(key), JSON.stringify(evaluation));
    await this.trim();
  }

  private file({ weightsHash, data, dataset, split }: EvaluationKey): string {
    const { folder, examples, shape, sample } = dataset;
    const text = JSON.stringify([weightsHash, data, folder, sample, examples, shape, split]);
    return path.join(this.folder, `${createHash('sha256').update(text).digest('hex')}.json`);
  }

  private async trim(): Promise<void> {
    const names = (await readdir(this.folder)).filter((name) => name.endsWith('.json'));
    if (names.length <= this.capacity) return;
    const aged = await Promise.all(
      names.map(async (name) => ({ name, used: (await stat(path.join(this.folder, name))).mtimeMs })),
    );
    aged.sort((a, b) => a.used - b.used);
    for (const { name } of aged.slice(0, names.length - this.capacity))
      await rm(path.join(this.folder, name), { force: true });
  }
}
