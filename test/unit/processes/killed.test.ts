import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { lastLine } from '../cli/secateur';
import { writeTinyDataset } from '../dataset/idx-files';
import { eventually } from '../eventually';
import { temporaryFolder } from '../temporary';
import { secateur } from './secateur';

let folder = '';
beforeEach(async () => {
  folder = await temporaryFolder();
});
const at = (...parts: string[]): string => path.join(folder, ...parts);

/** Images of 28x28 in ten classes, so that a network that ships can be trained on them. */
async function images(): Promise<string> {
  await writeTinyDataset(at('images'), { train: 600, test: 100, size: 28, classes: 10 });
  return at('images');
}

/** SHA-256 of each checkpoint file below a folder. */
async function hashes(name: string): Promise<Record<string, string>> {
  const files = (await readdir(at(name), { recursive: true }))
    .filter((file) => /model\.json$|\.bin$/.test(file))
    .sort();
  const hashed = await Promise.all(
    files.map(
      async (file) =>
        [
          file,
          createHash('sha256')
            .update(await readFile(at(name, file)))
            .digest('hex'),
        ] as const,
    ),
  );
  return Object.fromEntries(hashed);
}

describe('a training that ends early', () => {
  const job = (data: string, out: string): string[] => [
    'train',
    '--arch',
    'lenet-300-100',
    '--data',
    data,
    '--epochs',
    '4',
    '--batch-size',
    '50',
    '--threads',
    '1',
    '--out',
    at(out),
  ];

  it('is stopped by Ctrl-C with its whole epochs kept, and resumed to the same bytes', async () => {
    const data = await images();
    expect((await secateur(job(data, 'whole'))).code).toBe(0);
    const stopped = await secateur(job(data, 'cut'), {
      watch: (stderr, kill) => {
        if (/^epoch 2 of 4/m.test(stderr)) kill('SIGINT');
      },
    });
    expect(stopped.code).toBe(130);
    expect(lastLine(stopped.stderr)).toMatch(/^Cancelled; .*--resume/);
    const left = Object.keys(await hashes('cut'));
    expect(left).toContain('epochs/epoch-02/model.json');
    expect(left.some((name) => name.includes('.tmp'))).toBe(false);
    expect((await secateur(['evaluate', at('cut', 'epochs', 'epoch-02'), '--data', data])).code).toBe(0);
    expect((await secateur(job(data, 'cut'))).code).toBe(1);
    expect((await secateur([...job(data, 'cut'), '--resume'])).code).toBe(0);
    expect(await hashes('cut')).toEqual(await hashes('whole'));
  });

  it('by kill -9 in the middle of an epoch is resumed to the same bytes, with no lock in the way', async () => {
    const data = await images();
    expect((await secateur(job(data, 'whole'))).code).toBe(0);
    const killed = await secateur(job(data, 'cut'), {
      unsupervised: true,
      watch: (stderr, kill) => {
        // The line comes once the epoch's state is written; a moment later the next epoch is under way.
        if (/^epoch 2 of 4/m.test(stderr)) setTimeout(() => kill('SIGKILL'), 20);
      },
    });
    expect(killed.code).toBeNull();
    expect(await readdir(at('cut'))).toContain('.secateur-lock');
    expect((await secateur([...job(data, 'cut'), '--resume'])).code).toBe(0);
    expect(await hashes('cut')).toEqual(await hashes('whole'));
    expect(await readdir(at('cut'))).not.toContain('.secateur-lock');
  });
});

it('a target killed by -9 on its way is resumed to the same bytes', async () => {
  const images = ['--data', path.resolve('media/samples/fashion-mnist-sample'), '--samples', '20'];
  const job = (out: string) => [
    'target',
    'media/samples/fashion-cnn',
    '--accuracy',
    '0.8',
    ...images,
    '--out',
    at(out),
  ];
  expect((await secateur(job('whole'))).code).toBe(0);
  const killed = await secateur(job('cut'), {
    unsupervised: true,
    meanwhile: async (kill) => {
      await eventually(() => expect(readFileSync(at('cut', 'journal.jsonl'), 'utf8')).toContain('"step":"target"'));
      setTimeout(() => kill('SIGKILL'), 300);
    },
  });
  expect(killed.code).toBeNull();
  expect((await readdir(at('cut'))).filter((name) => name.endsWith('.bin') || name === 'model.json')).toEqual([]);
  expect((await secateur([...job('cut'), '--resume'])).code).toBe(0);
  for (const name of (await readdir(at('whole'))).filter((file) => /^model\.json$|\.bin$|^pareto\.json$/.test(file)))
    expect((await readFile(at('cut', name))).equals(await readFile(at('whole', name))), name).toBe(true);
});
