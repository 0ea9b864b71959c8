import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { Evaluation } from '../../../src/protocol/measure';
import { RunResult } from '../../../src/protocol/run';
import { badInputs, contentsOf, ONE_SENTENCE } from '../../fixtures/bad-input';
import { commandLine } from '../../fixtures/question';
import { writeTinyData } from '../../fixtures/tiny-data';
import { writeRaw } from '../../fixtures/tiny-model';
import { lastLine } from '../cli/secateur';
import { temporaryFolder } from '../temporary';
import { secateur } from './secateur';

it('success: exit code 0, one document on stdout, and paths from where the command stands', async () => {
  const folder = await temporaryFolder();
  await writeRaw(path.join(folder, 'net'));
  await writeTinyData(path.join(folder, 'data'));
  const evaluated = await secateur(['evaluate', 'net', '--data', 'data', '--json'], { cwd: folder });
  expect(evaluated.code, evaluated.stderr).toBe(0);
  expect(Evaluation.parse(JSON.parse(evaluated.stdout)).samples).toBe(36);
  const recipe = { recipeVersion: 1, checkpoint: 'net', steps: [{ step: 'prune', amount: { threshold: 0.1 } }] };
  await writeFile(path.join(folder, 'cut.json'), JSON.stringify(recipe));
  const ran = await secateur(['run', 'cut.json', '--out', 'out', '--json'], { cwd: folder });
  expect(ran.code, ran.stderr).toBe(0);
  expect(RunResult.parse(JSON.parse(ran.stdout)).out).toBe(path.join(folder, 'out', 'model.json'));
});

it('help: exit code 0, on stdout', async () => {
  expect(await secateur(['prune', '--help'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('$ secateur prune ') as string,
    stderr: '',
  });
});

it('wrong use: exit code 2, the reason on stderr', async () => {
  const { code, stdout, stderr } = await secateur(['evaluate', 'net', '--backend', 'webgl']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/Allowed choices are auto, onnxruntime, tensorflow/);
});

const failing = ['a path where nothing is', 'a dataset that is truncated', 'two runs that write to one target'];

it.each(
  badInputs
    .filter(({ name, diskFaults }) => diskFaults || failing.includes(name))
    .map((input) => [input.name, input] as const),
)('%s: exit code 1, one sentence, nothing written', async (_, input) => {
  const folder = await temporaryFolder();
  const bad = await input.build(folder);
  try {
    const before = await contentsOf(folder);
    const node = input.diskFaults ? ['--require', path.resolve('test/fixtures/disk-faults.cjs')] : [];
    const { code, stdout, stderr } = await secateur([...commandLine(bad.question), '--json'], { node });
    expect(lastLine(stderr)).toMatch(input.sentence);
    expect(lastLine(stderr)).toMatch(ONE_SENTENCE);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(await contentsOf(folder)).toEqual(before);
  } finally {
    await bad.end?.();
  }
});
