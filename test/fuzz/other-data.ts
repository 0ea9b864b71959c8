import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Data in a folder of its own, and the name in it of what is opened; empty: the folder itself. */
export interface OtherData {
  readonly folder: string;
  readonly name: string;
}

const PICTURES = {
  a: ['rgb.png', 'rgb.jpg', 'lossless.webp', 'palette.png'],
  b: ['palette.bmp', 'gray-16.png', 'turned-6.jpg', 'lossy.webp'],
};

/**
 * Writes data of each format but IDX, each into a folder of its own.
 * @param samples the folder of fixtures
 */
export async function writeOtherData(samples: string, folder: string): Promise<OtherData[]> {
  const found: OtherData[] = [];
  const copy = async (kind: string, name: string, from: string): Promise<void> => {
    await cp(path.join(samples, 'data', from), path.join(folder, kind, name), { recursive: true });
    found.push({ folder: path.join(folder, kind), name });
  };
  await copy('cifar', '', 'cifar');
  await copy('npy', 'digits.npz', 'digits.npz');
  await copy('parquet', 'iris.parquet', 'iris.parquet');
  await copy('shards', '', 'fashion-parquet');
  await copy('table', 'iris.csv', 'iris.csv');
  await copy('described', 'iris.csv', 'iris.csv');
  const described = { source: 'iris.csv', columns: { target: 'species', features: [1, 2] }, validationExamples: 20 };
  await writeFile(path.join(folder, 'described', 'iris.data.json'), JSON.stringify(described));
  found.splice(-1, 1, { folder: path.join(folder, 'described'), name: 'iris.data.json' });
  for (const [name, files] of Object.entries(PICTURES)) {
    await mkdir(path.join(folder, 'pictures', name), { recursive: true });
    for (const file of files) await cp(path.join(samples, 'pictures', file), path.join(folder, 'pictures', name, file));
  }
  return [...found, { folder: path.join(folder, 'pictures'), name: '' }];
}
