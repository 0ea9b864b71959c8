import { link, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { atMost, median, type BenchLine } from 'tfjs-backend-onnxruntime/testing/bench-line';
import * as z from 'zod';
import { buildCommandLine, secateur } from '../../scripts/setup/cli';
import { inRoot } from '../../scripts/setup/paths';
import { pictureFiles } from '../../src/engine/dataset/pictures/file';
import { loadPictures } from '../../src/engine/dataset/pictures/load';
import { peakOfTraining } from './peak-of-training';

/** Pictures at 96x96: 177 MB, more than stay in memory. */
const [SIDE, PICTURES] = [96, 6400];
/** Pictures at 224x224: 4.3 GB. */
const [LARGE_SIDE, MANY] = [224, 28_800];
const RUNS = 2;
const EPOCHS = 3;

/** The part of the answer of `train` that counts. */
const Trained = z.object({ epochs: z.array(z.object({ seconds: z.number() })) });

/**
 * The time of an epoch on pictures in files against the same pixels in memory, and the most memory that training holds on
 * 4 GB of pixels. The pictures are those of the second example, under many names.
 */
export async function benchData(): Promise<BenchLine[]> {
  await buildCommandLine();
  const folder = await mkdtemp(path.join(inRoot('.cache'), 'bench-data-'));
  try {
    return [await timeOfEpoch(folder), await memoryOfMany(folder)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function timeOfEpoch(folder: string): Promise<BenchLine> {
  const [pictures, arrays] = [path.join(folder, 'pictures'), path.join(folder, 'arrays')];
  await linked(pictures, PICTURES);
  await asArrays(pictures, arrays);
  const seconds = { pictures: [] as number[], arrays: [] as number[] };
  for (let run = 0; run < RUNS; run++)
    for (const [kind, data] of Object.entries({ pictures, arrays }) as ['pictures' | 'arrays', string][]) {
      const job = ['--arch', 'mobilenet-v2', '--width', '0.35', '--epochs', String(EPOCHS), '--data', data];
      const size = kind === 'pictures' ? ['--input-size', String(SIDE)] : [];
      const out = path.join(folder, `${kind}-${run}`);
      const { epochs } = await secateur(Trained, ['train', ...job, ...size, '--out', out]);
      seconds[kind].push(...epochs.slice(1).map((epoch) => epoch.seconds));
    }
  const ratio = median(seconds.pictures) / median(seconds.arrays);
  return atMost(`epoch on ${PICTURES} JPEG files of ${SIDE}x${SIDE}, over the same in memory`, ratio, '', 1.1);
}

async function memoryOfMany(folder: string): Promise<BenchLine> {
  const pictures = path.join(folder, 'many');
  await linked(pictures, MANY);
  const network = [
    '--arch',
    'mobilenet-v2',
    '--width',
    '0.1',
    '--input-size',
    String(LARGE_SIDE),
    '--epochs',
    '1',
    '--batch-size',
    '20',
  ];
  const peak = await peakOfTraining([...network, '--data', pictures, '--out', path.join(folder, 'run')]);
  const gigabytes = (MANY * LARGE_SIDE ** 2 * 3) / 1e9;
  return atMost(`peak memory while training on ${gigabytes.toFixed(1)} GB of pixels`, peak / 2 ** 20, 'MB', 1500);
}

/** Makes class folders with this number of pictures: links to those of the second example. */
async function linked(folder: string, count: number): Promise<void> {
  const source = inRoot('media', 'samples', 'garden', 'train');
  const kinds = await readdir(source);
  for (const kind of kinds) {
    await mkdir(path.join(folder, kind), { recursive: true });
    const files = await readdir(path.join(source, kind));
    for (let i = 0; i < count / kinds.length; i++)
      await link(path.join(source, kind, files[i % files.length]!), path.join(folder, kind, `${i}.jpg`));
  }
}

/** Writes the decoded pictures of class folders as x_train.npy and y_train.npy. */
async function asArrays(pictures: string, folder: string): Promise<void> {
  const kinds = (await readdir(pictures)).sort();
  const files: string[] = [];
  const labels: number[] = [];
  for (const [label, kind] of kinds.entries())
    for (const name of await readdir(path.join(pictures, kind))) {
      files.push(path.join(pictures, kind, name));
      labels.push(label);
    }
  const form = { height: SIDE, width: SIDE, color: 'rgb', resize: 'stretch', method: 'bilinear' } as const;
  const room = { cache: { folder: os.tmpdir() }, inMemory: Infinity };
  const pixels = await loadPictures(await pictureFiles(files, pictures), form, room, 'pictures', {});
  if (!(pixels instanceof Uint8Array)) throw new Error('The pixels are not in memory.');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'x_train.npy'), npy(pixels, [files.length, SIDE, SIDE, 3]));
  await writeFile(path.join(folder, 'y_train.npy'), npy(Uint8Array.from(labels), [labels.length]));
}

/** Writes bytes in NumPy's format, version 1. */
function npy(bytes: Uint8Array, shape: readonly number[]): Buffer {
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`.padEnd(117);
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, 118, 0]);
  return Buffer.concat([start, Buffer.from(`${header}\n`), bytes]);
}
