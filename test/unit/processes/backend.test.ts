import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeTinyData } from '../../fixtures/tiny-data';
import { writeRaw } from '../../fixtures/tiny-model';
import { temporaryFolder } from '../temporary';
import { lastLine } from '../cli/secateur';
import { secateur } from './secateur';

/** A folder with a checkpoint, data, and a tfjs-node whose main module is the code. */
async function workspace(code: string): Promise<{ folder: string; job: string[] }> {
  const folder = await temporaryFolder();
  const home = path.join(folder, 'node_modules', '@tensorflow', 'tfjs-node');
  await mkdir(home, { recursive: true });
  await writeFile(path.join(home, 'package.json'), '{ "name": "@tensorflow/tfjs-node", "version": "4.22.0" }');
  await writeFile(path.join(home, 'index.js'), code);
  const model = await writeRaw(path.join(folder, 'net'));
  const job = ['evaluate', model, '--data', await writeTinyData(path.join(folder, 'data')), '--verbose'];
  return { folder, job };
}

describe('--backend', () => {
  it('auto survives a tfjs-node that ends its process, and says so', async () => {
    const { folder, job } = await workspace('process.kill(process.pid, "SIGILL")');
    const outcome = await secateur([...job, '--tensorflow-path', folder]);
    expect(outcome.stderr).toMatch(/ONNX Runtime .* computes, .*ended the process that tried it \(SIGILL\)/);
    expect(outcome.code).toBe(0);
  });

  it('tensorflow that does not load is one sentence', async () => {
    const { folder, job } = await workspace('throw new Error("The native addon is missing.")');
    const outcome = await secateur([...job, '--backend', 'tensorflow', '--tensorflow-path', folder]);
    expect(outcome.code).toBe(1);
    expect(lastLine(outcome.stderr)).toMatch(
      /^The engine cannot compute, .*cannot be used: The native addon is missing: install it there/,
    );
  });
});
