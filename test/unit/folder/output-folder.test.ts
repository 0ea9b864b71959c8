import { execFileSync } from 'node:child_process';
import { lstat, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { partsOf } from '../../../src/engine/folder/names';
import { claimName } from '../../../src/engine/folder/lock';
import { OutputFolder } from '../../../src/engine/folder/output-folder';
import { sweep } from '../../../src/engine/folder/sweep';
import { temporaryFolder } from '../temporary';

let home = '';
let folder: OutputFolder;
const at = (...parts: string[]): string => path.join(home, ...parts);

beforeEach(async () => {
  home = await temporaryFolder();
  await mkdir(at('run'));
  await writeFile(at('victim'), 'mine');
  await mkdir(at('victims'));
  await writeFile(at('victims', 'file'), 'mine');
  folder = await OutputFolder.locate(at('run'));
});

const untouched = async (): Promise<void> => {
  expect(await readFile(at('victim'), 'utf8')).toBe('mine');
  expect(await readdir(at('victims'))).toEqual(['file']);
  expect(await readFile(at('victims', 'file'), 'utf8')).toBe('mine');
};

describe('a name within a run', () => {
  it.each(['../x', 'a/../../x', '/etc/passwd', 'C:\\x', 'a\\b', 'a//b', '.', '..', 'a/..', 'a\0b', 'a b', ''])(
    '%j is refused',
    (name) => {
      expect(() => partsOf(name)).toThrow(/no name within/);
    },
  );

  it('is made of plain parts', () => {
    expect(partsOf('epochs/step-2/epoch-01/model.json')).toEqual(['epochs', 'step-2', 'epoch-01', 'model.json']);
    expect(partsOf('.secateur-lock')).toEqual(['.secateur-lock']);
  });
});

describe('a link in a run', () => {
  beforeEach(async () => {
    await symlink(at('victim'), at('run', 'results.json'));
    await symlink(at('nowhere'), at('run', 'journal.jsonl'));
    await symlink(at('victims'), at('run', 'epochs'));
  });
  afterEach(untouched);

  it('is not read', async () => {
    await expect(folder.text('results.json')).rejects.toThrow(
      /^"results\.json" in the folder ".*run" is a link, which is not followed: remove it or choose another folder\.$/,
    );
    await expect(folder.names('epochs')).rejects.toThrow(/"epochs" in the folder .* is a link/);
    await expect(folder.text('epochs/file')).rejects.toThrow(/"epochs" in the folder .* is a link/);
    await expect(folder.file('epochs/file')).rejects.toThrow(/is a link/);
  });

  it('is replaced where a file is written, and not followed where one is appended to', async () => {
    await folder.write('results.json', 'ours');
    expect((await lstat(at('run', 'results.json'))).isFile()).toBe(true);
    await expect(folder.append('journal.jsonl', 'line')).rejects.toThrow(/is a link/);
    await expect(folder.write('epochs/file', 'ours')).rejects.toThrow(/is a link/);
    await expect(folder.folder('epochs/epoch-01')).rejects.toThrow(/is a link/);
    expect(await readdir(home)).not.toContain('nowhere');
  });

  it('is removed itself', async () => {
    await folder.remove('results.json');
    await expect(folder.remove('epochs/file')).rejects.toThrow(/is a link/);
    await rm(at('run', 'epochs'));
    await mkdir(at('run', 'state'));
    await symlink(at('victims'), at('run', 'state', 'step-1'));
    await folder.removeFolder('state', (name) => name === 'step-1');
    expect(await readdir(at('run'))).toEqual(['journal.jsonl']);
  });
});

describe('what is not a regular file', () => {
  it('is neither read nor waited for', async () => {
    execFileSync('mkfifo', [at('run', 'state.json')]);
    await expect(folder.text('state.json')).rejects.toThrow(/is not a plain file/);
    await expect(folder.append('state.json', 'x')).rejects.toThrow(/is not a plain file/);
    await expect(folder.read('victims', 10)).resolves.toBeUndefined();
  });

  it('or larger than it may be is not read', async () => {
    await writeFile(at('run', 'state.json'), 'x'.repeat(100));
    await expect(folder.read('state.json', 99)).rejects.toThrow(/is larger \(100 bytes\) than such a file can be/);
    expect((await folder.read('state.json', 100))?.length).toBe(100);
  });
});

describe('the folder itself', () => {
  it('may be reached by a link, since the person named it', async () => {
    await symlink(at('run'), at('other-name'));
    const linked = await OutputFolder.locate(at('other-name'));
    await linked.write('a.json', '{}');
    expect(await readFile(at('run', 'a.json'), 'utf8')).toBe('{}');
    expect(linked.given).toBe(at('other-name'));
  });

  it.each([
    ['a link to nothing', 'dangling', /is a link that leads nowhere: remove it or choose another target folder\.$/],
    ['a file', 'victim', /is not a folder: choose another target folder\.$/],
    ['below a file', 'victim/deep/out', /is not a folder: choose another target folder\.$/],
    ['too long', 'n'.repeat(300), /is too long: choose a shorter target folder\.$/],
    ['a link to itself', 'itself', /is a link that leads to itself: choose another target folder\.$/],
  ])('that is %s is one sentence', async (_, name, sentence) => {
    await symlink(at('nothing'), at('dangling'));
    await symlink(at('itself'), at('itself'));
    await expect((async () => (await OutputFolder.locate(at(name))).make())()).rejects.toThrow(sentence);
    await untouched();
  });
});

describe('leftovers of killed processes', () => {
  it('are swept; those of living ones and all else stay', async () => {
    const dead = 2 ** 22 + 1;
    const lock = JSON.stringify({ id: 'x', host: hostname(), pid: dead, started: 'x' });
    const files = {
      [`.secateur-${dead}-0123456789ab.tmp`]: 'half',
      [`.secateur-${process.ppid}-0123456789ab.tmp`]: 'being written',
      '.secateur-lock-0a1b': lock,
      [claimName(dead, '0a1b')]: '',
      [claimName(process.ppid, '0a1b')]: '',
      'notes.tmp': 'mine',
      'state.json.1234': 'mine too',
    };
    for (const [name, text] of Object.entries(files)) await writeFile(at('run', name), text);
    await mkdir(at('run', 'state'));
    await rename(
      at('run', `.secateur-${dead}-0123456789ab.tmp`),
      at('run', 'state', `.secateur-${dead}-0123456789ab.tmp`),
    );
    await sweep(folder, ['state']);
    expect((await readdir(at('run'))).sort()).toEqual([
      `.secateur-${process.ppid}-0123456789ab.tmp`,
      claimName(process.ppid, '0a1b'),
      'notes.tmp',
      'state',
      'state.json.1234',
    ]);
    expect(await readdir(at('run', 'state'))).toEqual([]);
  });
});
