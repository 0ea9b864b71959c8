import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/protocol/errors';
import { resolveModelPath, resolveShard, unsafeShardPath } from '../../../src/engine/checkpoint/paths';
import { temporaryFolder } from '../temporary';

describe('weights paths', () => {
  it('never lead out of the folder, whatever is written there', async () => {
    const root = await realpath(await temporaryFolder());
    const inside = path.join(root, 'model');
    await mkdir(path.join(inside, 'sub'), { recursive: true });
    await writeFile(path.join(root, 'secret'), 's');
    await writeFile(path.join(inside, 'weights'), 'w');
    await writeFile(path.join(inside, 'sub', 'weights'), 'w');
    await symlink('..', path.join(inside, 'up'));
    await symlink('sub', path.join(inside, 'down'));
    const segment = fc.constantFrom(
      '..',
      '.',
      '',
      'up',
      'down',
      'sub',
      'model',
      'secret',
      'weights',
      '...',
      'C:',
      '\0',
      '%2e%2e',
    );
    const anyPath = fc
      .tuple(
        fc.constantFrom('', '/', '\\', 'file://', root),
        fc.array(segment, { maxLength: 5 }),
        fc.constantFrom('/', '\\'),
      )
      .map(([start, segments, separator]) => start + segments.join(separator));
    let found = 0;
    await fc.assert(
      fc.asyncProperty(anyPath, async (shard) => {
        try {
          const resolved = await resolveShard(path.join(inside, 'model.json'), shard);
          expect(path.relative(inside, resolved.path)).not.toMatch(/^\.\.|^$/);
          found++;
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
      { numRuns: 2000 },
    );
    expect(found).toBeGreaterThan(0);
  });

  it('are refused by their text where they climb, whatever the separator', () => {
    for (const bad of ['../a', 'a/../../b', '..\\a', 'C:\\a', '\\\\host\\a', '/a', 'http://a/b', 'a\0b']) {
      expect(unsafeShardPath(bad)).toBeDefined();
    }
    for (const good of ['a.bin', 'sub/a.bin', '..a/b..', 'group1-shard1of2.bin'])
      expect(unsafeShardPath(good)).toBeUndefined();
  });
});

describe('the path of a checkpoint', () => {
  it('is a file whatever it is called, or the model.json of a folder', async () => {
    const folder = await temporaryFolder();
    await expect(resolveModelPath(folder)).rejects.toThrow(
      /holds no model\.json: name the checkpoint's folder or its file\.$/,
    );
    await writeFile(path.join(folder, 'model.json'), '{}');
    await writeFile(path.join(folder, 'other.json'), '{}');
    expect(await resolveModelPath(folder)).toBe(path.join(folder, 'model.json'));
    expect(await resolveModelPath(path.join(folder, 'other.json'))).toBe(path.join(folder, 'other.json'));
    await expect(resolveModelPath(path.join(folder, 'none'))).rejects.toThrow(/does not exist: check the path\.$/);
  });
});
