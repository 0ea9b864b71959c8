import { spawn, type ChildProcess } from 'node:child_process';
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { eventually } from '../eventually';
import { isAlive } from '../child/fake-engine';
import { writeTinyData } from '../../fixtures/tiny-data';
import { writeRaw } from '../../fixtures/tiny-model';
import { temporaryFolder } from '../temporary';
import { lastLine } from '../cli/secateur';

const dist = inject('dist');

interface Started {
  readonly child: ChildProcess;
  /** The output so far. */
  readonly output: { stdout: string; stderr: string };
  readonly ended: Promise<number | null>;
}

function start(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Started {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, output, ended };
}

/** The command line's own supervising process over a program that does what is given. */
async function supervising(program: string): Promise<Started> {
  const folder = await temporaryFolder();
  await copyFile(path.join(dist, 'cli.js'), path.join(folder, 'cli.js'));
  await writeFile(path.join(folder, 'command.js'), program);
  return start([path.join(folder, 'cli.js'), 'finetune']);
}

/** As native code does: it hears of nothing. */
const COMPUTE = `console.log(process.pid); setTimeout(() => { for (;;); }, 50);`;

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)(
  'what computes without hearing %s is ended at once, with one sentence and nothing left',
  async (signal, code) => {
    const home = await temporaryFolder();
    const made = path.join(home, 'runs');
    const out = path.join(made, 'today', 'out');
    await mkdir(out, { recursive: true });
    // The lock of a process that is gone.
    const holder = { id: 'x', host: hostname(), pid: 2 ** 22 + 1, started: null };
    await writeFile(path.join(out, '.secateur-lock'), JSON.stringify(holder));
    const { child, output, ended } = await supervising(
      `process.send(${JSON.stringify({ folder: out, made })}); ${COMPUTE}`,
    );
    await eventually(() => expect(output.stdout).toMatch(/^\d+\n/));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const begun = performance.now();
    child.kill(signal);
    expect(await ended).toBe(code);
    expect(performance.now() - begun).toBeLessThan(4000);
    expect(lastLine(output.stderr)).toMatch(/^Cancelled; .*--resume/);
    expect(isAlive(Number(output.stdout))).toBe(false);
    expect(await readdir(home)).toEqual([]);
  },
);

test('whole epochs of a killed run stay', async () => {
  const out = path.join(await temporaryFolder(), 'out');
  await mkdir(path.join(out, 'epochs', 'epoch-01'), { recursive: true });
  await writeFile(path.join(out, 'recipe.json'), '{}');
  const { child, output, ended } = await supervising(
    `process.send(${JSON.stringify({ folder: out, made: out })}); ${COMPUTE}`,
  );
  await eventually(() => expect(output.stdout).toMatch(/^\d+\n/));
  child.kill('SIGTERM');
  expect(await ended).toBe(143);
  expect(await readdir(out)).toEqual(['epochs', 'recipe.json']);
});

test('a second signal ends it without waiting', async () => {
  const { child, output, ended } = await supervising(COMPUTE);
  await eventually(() => expect(output.stdout).toMatch(/^\d+\n/));
  child.kill('SIGINT');
  await new Promise((resolve) => setTimeout(resolve, 100));
  child.kill('SIGINT');
  expect(await ended).toBe(130);
});

test('the program learns of the signal and may end by itself, with its own words and code', async () => {
  const { child, output, ended } = await supervising(
    `console.log('ready'); process.on('message', ({ stop }) => { console.error('told ' + stop); process.exit(143); });`,
  );
  await eventually(() => expect(output.stdout).toBe('ready\n'));
  child.kill('SIGTERM');
  expect(await ended).toBe(143);
  expect(output.stderr).toBe('told SIGTERM\n');
});

test('a program that the system ends leaves nothing half-done either', async () => {
  const home = await temporaryFolder();
  const made = path.join(home, 'runs');
  const out = path.join(made, 'out');
  await mkdir(out, { recursive: true });
  const { output, ended } = await supervising(
    `process.send(${JSON.stringify({ folder: out, made })}, () => process.kill(process.pid, 'SIGKILL'));`,
  );
  expect(await ended).toBe(137);
  expect(lastLine(output.stderr)).toMatch(/^Secateur was ended by SIGKILL, perhaps because memory ran out/);
  expect(await readdir(home)).toEqual([]);
});

test('a program that another ended is told in one sentence', async () => {
  const { output, ended } = await supervising(`process.kill(process.pid, 'SIGABRT');`);
  expect(await ended).toBe(134);
  expect(lastLine(output.stderr)).toMatch(/^Secateur was ended by SIGABRT/);
});

test('a process that computes ends with its parent, even when that is killed', async () => {
  const folder = await temporaryFolder();
  const program = path.join(folder, 'child.js');
  const watch = JSON.stringify(path.join(dist, 'parent-watch.js'));
  await writeFile(program, `require(${watch}).endWithParent(); ${COMPUTE}`);
  const parent = path.join(folder, 'parent.js');
  const options = `{ stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }`;
  await writeFile(
    parent,
    `require('node:child_process').spawn(process.execPath, [${JSON.stringify(program)}], ${options});`,
  );
  const { child, output } = start([parent]);
  await eventually(() => expect(output.stdout).toMatch(/^\d+\n/));
  const pid = Number(output.stdout);
  expect(isAlive(pid)).toBe(true);
  child.kill('SIGKILL');
  await eventually(() => expect(isAlive(pid)).toBe(false));
});

test('NODE_PATH does not decide what code is loaded', async () => {
  const folder = await temporaryFolder();
  const marker = path.join(folder, 'loaded');
  for (const name of ['@tensorflow/tfjs-node', 'onnxruntime-node', '@tensorflow/tfjs']) {
    const own = path.join(folder, 'modules', ...name.split('/'));
    await mkdir(own, { recursive: true });
    await writeFile(path.join(own, 'package.json'), JSON.stringify({ name, version: '9.9.9', main: 'index.js' }));
    await writeFile(path.join(own, 'index.js'), `require('node:fs').writeFileSync(${JSON.stringify(marker)}, '');`);
  }
  const model = await writeRaw(path.join(folder, 'net'));
  const data = await writeTinyData(path.join(folder, 'data'));
  const env = { ...process.env, NODE_PATH: path.join(folder, 'modules') };
  for (const program of ['cli.js', 'command.js']) {
    const { output, ended } = start([path.join(dist, program), 'evaluate', model, '--data', data, '--verbose'], env);
    expect(await ended, output.stderr).toBe(0);
    expect(output.stderr).toMatch(/^ONNX Runtime [\d.]+ computes/m);
    expect(output.stderr).not.toContain('9.9.9');
  }
  await expect(readdir(folder)).resolves.not.toContain('loaded');
});
