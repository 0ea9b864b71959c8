import path from 'node:path';
import type { Split } from '../../../../protocol/dataset';
import { UserError } from '../../../../protocol/errors';
import { namesInFile } from '../../class-names';
import { wholeFile } from '../../files/beginning';
import { refuseOutside } from '../../files/folder';
import type { Part, Place, Source, SourceData } from '../source';

const [SIDE, CHANNELS] = [32, 3];
const PLANE = SIDE * SIDE;
/** A label, then the red, the green and the blue plane of an image. */
const RECORD = 1 + CHANNELS * PLANE;
const NAMES = 'batches.meta.txt';
/** Limit of the bytes of a file: ten times the usual 10,000 images. */
const MOST_BYTES = 100_000 * RECORD;

const trainFiles = (names: readonly string[]): string[] => names.filter((name) => /^data_batch_[1-5]\.bin$/.test(name));
const testFiles = (names: readonly string[]): string[] => names.filter((name) => name === 'test_batch.bin');

/** The binary files of CIFAR-10. */
export const cifar: Source = {
  format: 'cifar',
  recognize: ({ isFile, names }) => {
    const files = isFile ? [] : [...trainFiles(names), ...testFiles(names)];
    return Promise.resolve(files.length > 0 ? `binary files of CIFAR-10 (${files.join(', ')})` : undefined);
  },
  stamped: ({ path: folder, names }) =>
    Promise.resolve([...trainFiles(names), ...testFiles(names)].map((name) => path.join(folder, name))),
  open,
};

async function open({ path: folder, names }: Place): Promise<SourceData> {
  const [train, test] = [trainFiles(names), testFiles(names)];
  const parts: Partial<Record<Split, Part>> = {};
  if (train.length > 0) parts.train = await partOf(folder, train);
  if (test.length > 0) parts.test = await partOf(folder, test);
  return { parts, classNames: names.includes(NAMES) ? await namesInFile(path.join(folder, NAMES), folder) : undefined };
}

async function partOf(folder: string, names: readonly string[]): Promise<Part> {
  const files = [];
  for (const name of names) files.push(await recordsOf(path.join(folder, name), folder));
  const count = files.reduce((sum, { length }) => sum + length / RECORD, 0);
  const [values, labels] = [new Uint8Array(count * CHANNELS * PLANE), new Int32Array(count)];
  let image = 0;
  for (const bytes of files)
    for (let at = 0; at < bytes.length; at += RECORD, image++) {
      labels[image] = bytes[at]!;
      for (let c = 0; c < CHANNELS; c++)
        for (let p = 0; p < PLANE; p++) values[(image * PLANE + p) * CHANNELS + c] = bytes[at + 1 + c * PLANE + p]!;
    }
  const from = path.join(folder, names[0]!);
  return {
    count,
    examples: { kind: 'array', values, shape: [SIDE, SIDE, CHANNELS] },
    target: { kind: 'class', labels },
    examplesFrom: from,
    labelsFrom: from,
  };
}

async function recordsOf(file: string, root: string): Promise<Uint8Array> {
  await refuseOutside(file, root);
  const bytes = await wholeFile(file, MOST_BYTES);
  if (bytes.length === 0 || bytes.length % RECORD !== 0)
    throw new UserError(
      `The dataset file ${file} has ${bytes.length} bytes, which are no records of CIFAR-10 of ${RECORD} bytes each: get it again.`,
    );
  return bytes;
}
