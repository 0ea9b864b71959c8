import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

/** Files of formats and tools that have names of their own, and what tools leave behind. */
const OTHERS = /^test\/fixtures\/|^packages\/([^/]+\/LICENSE$|.*\/(dist|node_modules|\.cache)\/)|\.(md|py)$/;
const KEBAB = /^([a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*(\/|$))+$/;

test('names of files and folders are kebab-case', () => {
  const files = ['src', 'test', 'scripts', 'packages'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name).replaceAll(path.sep, '/')),
  );
  expect(files).toContain('src/webview/app.tsx');
  expect(files.filter((file) => !OTHERS.test(file) && !KEBAB.test(file))).toEqual([]);
});
