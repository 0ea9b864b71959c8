import { mkdir, readdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeFilled, makeFolders, removeEmptyFolders, topmostMissing } from '../../../src/engine/checkpoint/folders';
import { OutputFolder } from '../../../src/engine/folder/output-folder';
import { temporaryFolder } from '../temporary';

let home = '';
const at = (...parts: string[]): string => path.join(home, ...parts);
const below = async (): Promise<string[]> => (await readdir(home, { recursive: true })).sort();

beforeEach(async () => {
  home = await temporaryFolder();
});

describe('a folder that is made and filled', () => {
  const fill = (staged: string) => writeFile(path.join(staged, 'state'), 'begun');

  it('appears at once with those above it and what is in it', async () => {
    const seen: string[][] = [];
    const made = await makeFilled(at('a', 'b', 'c'), async (staged) => {
      await fill(staged);
      seen.push(await readdir(home));
    });
    expect(made).toBe(at('a'));
    expect(seen).toEqual([[expect.stringMatching(/^\.secateur-\d+-[0-9a-f]{12}\.tmp$/)]]);
    expect(await below()).toEqual(['a', 'a/b', 'a/b/c', 'a/b/c/state']);
  });

  it('is not left behind where it cannot be filled', async () => {
    await expect(makeFilled(at('a', 'b'), () => Promise.reject(new Error('full')))).rejects.toThrow('full');
    expect(await below()).toEqual([]);
  });

  it('is left as it is where it is there already, or another makes it meanwhile', async () => {
    await mkdir(at('there'));
    expect(await makeFilled(at('there'), fill)).toBeUndefined();
    const meanwhile = async (staged: string): Promise<void> => {
      await fill(staged);
      await mkdir(at('a', 'b'), { recursive: true });
      await writeFile(at('a', 'b', 'mine'), 'mine');
    };
    expect(await makeFilled(at('a', 'b'), meanwhile)).toBeUndefined();
    expect(await below()).toEqual(['a', 'a/b', 'a/b/mine', 'there']);
  });

  it('takes away what a process left that was killed while it did the same, and nothing of one that lives', async () => {
    const [dead, living] = ['.secateur-4194305-0123456789ab.tmp', `.secateur-${process.ppid}-0123456789ab.tmp`];
    for (const name of [dead, living]) {
      await mkdir(at(name, 'b'), { recursive: true });
      await utimes(at(name), 0, 0);
    }
    await makeFilled(at('a'), fill);
    expect(await readdir(home)).toEqual([living, 'a']);
  });
});

describe('empty folders', () => {
  it('are removed up to the one that was made, and no further', async () => {
    await mkdir(at('kept'));
    const made = await makeFolders(at('kept', 'a', 'b'));
    expect(made).toBe(at('kept', 'a'));
    expect(await topmostMissing(at('kept', 'a', 'b', 'c', 'd'))).toBe(at('kept', 'a', 'b', 'c'));
    await removeEmptyFolders(at('kept', 'a', 'b'), made!);
    expect(await below()).toEqual(['kept']);
  });

  it('behind a link are those that were made there: what the link leads to stays', async () => {
    const target = at('a-folder-with-a-long-name', 'and-another', 'target');
    await mkdir(target, { recursive: true });
    await symlink(target, at('l'));
    const folder = await OutputFolder.locate(at('l', 'a', 'b'));
    const made = await folder.make();
    await removeEmptyFolders(folder.real, made!);
    expect(await readdir(target)).toEqual([]);
    expect(await readdir(home)).toEqual(['a-folder-with-a-long-name', 'l']);
  });

  it('are filled by a run with its first state', async () => {
    const folder = await OutputFolder.locate(at('x', 'run'));
    expect(await folder.make((staged) => staged.write('state/state.json', '{}'))).toBe(at('x'));
    expect(folder.real).toBe(at('x', 'run'));
    expect(await readFile(at('x', 'run', 'state', 'state.json'), 'utf8')).toBe('{}');
  });
});
