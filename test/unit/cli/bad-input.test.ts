import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { badInputs, ONE_SENTENCE } from '../../fixtures/bad-input';
import { commandLine } from '../../fixtures/question';
import { temporaryFolder } from '../temporary';
import { builtSecateur, lastLine } from './secateur';

/** Every file below a folder with its content. */
async function contents(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.map(async (entry): Promise<[string, string]> => {
    const file = path.join(entry.parentPath, entry.name);
    return [path.relative(folder, file), entry.isFile() ? await readFile(file, 'base64') : 'no file'];
  });
  return Object.fromEntries(await Promise.all(files));
}

describe('bad input on the command line', () => {
  const secateur = builtSecateur();

  it.each(badInputs.map((input) => [input.name, input] as const))(
    '%s: exit code 1, one sentence, nothing written',
    async (_, input) => {
      const folder = await temporaryFolder();
      const bad = await input.build(folder);
      try {
        const before = await contents(folder);
        const node = input.diskFaults ? ['--require', path.resolve('test/fixtures/disk-faults.cjs')] : [];
        const { code, stdout, stderr } = await secateur([...commandLine(bad.question), '--json'], { node });
        expect(lastLine(stderr)).toMatch(input.sentence);
        expect(lastLine(stderr)).toMatch(ONE_SENTENCE);
        expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
        expect(await contents(folder)).toEqual(before);
      } finally {
        await bad.end?.();
      }
    },
  );
});
