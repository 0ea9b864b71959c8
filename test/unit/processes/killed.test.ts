import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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

/** SHA-256 of each checkpoint file below a folder. */
async function hashes(run: string): Promise<Record<string, string>> {
  const names = await readdir(run, { recursive: true });
  const hashed = names
    .filter((name) => /model\.json$|\.bin$/.test(name))
    .sort()
    .map(async (name): Promise<[string, string]> => {
      const bytes = await readFile(path.join(run, name));
      return [name, createHash('sha256').update(bytes).digest('hex')];
    });
  return Object.fromEntries(await Promise.all(hashed));
}

describe('a training that ends early', () => {
  const settings = ['--arch', 'lenet-300-100', '--epochs', '4', '--batch-size', '50', '--threads', '1'];
  let home = '';
  let data = '';
  /** The files of a training that nothing ends early. */
  let whole: Record<string, string>;
  beforeAll(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'secateur-killed-'));
    data = path.join(home, 'images');
    await writeTinyDataset(data, { train: 600, test: 100, size: 28, classes: 10 });
    const { code, stderr } = await secateur(job(path.join(home, 'whole')));
    expect(code, stderr).toBe(0);
    whole = await hashes(path.join(home, 'whole'));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));
  const job = (out: string): string[] => ['train', ...settings, '--data', data, '--out', out];

  it('is stopped by Ctrl-C with its whole epochs kept, and resumed to the same bytes', async () => {
    const cut = at('cut');
    const stopped = await secateur(job(cut), {
      watch: (stderr, kill) => {
        if (/^epoch 2 of 4/m.test(stderr)) kill('SIGINT');
      },
    });
    expect(stopped.code).toBe(130);
    expect(lastLine(stopped.stderr)).toMatch(/^Cancelled; .*--resume/);
    const left = Object.keys(await hashes(cut));
    expect(left).toContain('epochs/epoch-02/model.json');
    expect(left.some((name) => name.includes('.tmp'))).toBe(false);
    expect((await secateur(['evaluate', path.join(cut, 'epochs', 'epoch-02'), '--data', data])).code).toBe(0);
    expect((await secateur(job(cut))).code).toBe(1);
    expect((await secateur([...job(cut), '--resume'])).code).toBe(0);
    expect(await hashes(cut)).toEqual(whole);
  });

  it('by kill -9 in the middle of an epoch is resumed to the same bytes, with no lock in the way', async () => {
    const cut = at('cut');
    const killed = await secateur(job(cut), {
      unsupervised: true,
      watch: (stderr, kill) => {
        // The line comes once the epoch's state is written; a moment later the next epoch is under way.
        if (/^epoch 2 of 4/m.test(stderr)) setTimeout(() => kill('SIGKILL'), 20);
      },
    });
    expect(killed.code).toBeNull();
    expect(await readdir(cut)).toContain('.secateur-lock');
    expect((await secateur([...job(cut), '--resume'])).code).toBe(0);
    expect(await hashes(cut)).toEqual(whole);
    expect(await readdir(cut)).not.toContain('.secateur-lock');
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
