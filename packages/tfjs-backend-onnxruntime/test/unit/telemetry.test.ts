import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const program = `
  const { loadRuntime } = await import(process.argv[1]);
  loadRuntime();
  console.log(process.env.ORT_DISABLE_TELEMETRY);
`;

test('the native library begins with its telemetry off, and leaves nothing in the folders of the person', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'telemetry-'));
  try {
    // The library itself sends nothing where a variable of continuous integration is set.
    const { CI: _, ...rest } = process.env;
    const env = { ...rest, TMPDIR: folder, HOME: folder, XDG_CACHE_HOME: folder };
    const runtime = path.join(import.meta.dirname, '../../src/binding/runtime.ts');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', program, runtime],
      { env },
    );
    expect(stdout.trim()).toBe('1');
    const left = (await readdir(folder)).filter((name) => !name.startsWith('tsx-'));
    expect(left).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
