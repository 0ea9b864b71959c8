import { mkdir, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import * as z from 'zod';

/** Milliseconds of a training step on each backend. */
const Verdict = z.object({ onnxruntime: z.number(), tensorflow: z.number() });
export type Verdict = z.infer<typeof Verdict>;

/** The conditions of a verdict, beside this version of Node and this processor. */
export interface VerdictSetting {
  readonly revision: string;
  /** Versions of the two libraries. */
  readonly onnxruntime: string;
  readonly tensorflow: string;
  readonly folder: string;
  readonly threads: number;
}

const FILE = 'backend-choice.json';
const Verdicts = z.record(z.string(), Verdict);

/** Reads the verdict of an earlier measurement; undefined where there is none that can be read. */
export async function readVerdict(folder: string, setting: VerdictSetting): Promise<Verdict | undefined> {
  return (await readAll(folder))[keyOf(setting)];
}

/** Keeps a verdict for later starts; where it cannot be written, they measure again. */
export async function writeVerdict(folder: string, setting: VerdictSetting, verdict: Verdict): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    const all = { ...(await readAll(folder)), [keyOf(setting)]: verdict };
    await writeFileAtomic(path.join(folder, FILE), `${JSON.stringify(all, null, 2)}\n`);
  } catch {
    // A cache that cannot be written is not used.
  }
}

async function readAll(folder: string): Promise<z.infer<typeof Verdicts>> {
  try {
    return Verdicts.parse(JSON.parse(await readFile(path.join(folder, FILE), 'utf8')));
  } catch {
    return {};
  }
}

function keyOf({ revision, onnxruntime, tensorflow, folder, threads }: VerdictSetting): string {
  const processor = os.cpus()[0]?.model.trim() ?? process.arch;
  return [
    `revision ${revision}`,
    `ONNX Runtime ${onnxruntime}`,
    `tfjs-node ${tensorflow} in ${folder}`,
    `Node ${process.versions.node}`,
    processor,
    `${threads} threads`,
  ].join(', ');
}
