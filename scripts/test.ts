// usage: npm test    All checks and suites in order; stops at the first that fails; the last line counts the tests.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { z } from 'zod';
import { ensureDebian } from './setup/debian';
import { inRoot } from './setup/paths';
import { run } from './setup/run';
import { runMain, ScriptError } from './setup/run-main';
import { packVsix } from './setup/vsix';
import { ensureCodeServer } from './vscode/install';

interface Task {
  name: string;
  command: readonly [string, ...string[]];
  /** The path of the runner's JSON report, if it counts tests. */
  report?: string;
}

interface Count {
  passed: number;
  failed: number;
  /** Tests that did not run although nothing had failed before them. */
  skipped: number;
}

const VitestReport = z
  .object({
    numPassedTests: z.number(),
    numFailedTests: z.number(),
    numPendingTests: z.number(),
    numTodoTests: z.number(),
    numFailedTestSuites: z.number(),
  })
  .transform((report): Count => ({
    passed: report.numPassedTests,
    // A file that does not load counts as one failure.
    failed: Math.max(report.numFailedTests, report.numFailedTestSuites),
    skipped: report.numPendingTests + report.numTodoTests,
  }));
const MochaReport = z
  .object({ stats: z.object({ passes: z.number(), failures: z.number(), pending: z.number() }) })
  .transform(({ stats }): Count => ({ passed: stats.passes, failed: stats.failures, skipped: stats.pending }));
const ConformanceReport = z
  .object({ passed: z.number(), failed: z.number() })
  .transform((report): Count => ({ ...report, skipped: 0 }));
const Report = z.union([VitestReport, MochaReport, ConformanceReport]);

const bin = (name: string) => inRoot('node_modules', '.bin', name);
const tsc = inRoot('node_modules', 'typescript-native', 'bin', 'tsc');
const inBackend = (file: string) => inRoot('packages', 'tfjs-backend-onnxruntime', file);
const reports = inRoot('.cache', 'reports');
const vitest = (name: string, ...args: string[]): Task => {
  const report = path.join(reports, `${name}.json`);
  const outputs = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return { name, command: [bin('vitest'), 'run', ...args, ...outputs], report };
};
const integrationReport = path.join(reports, 'integration.json');
const fuzzReport = path.join(reports, 'fuzz.json');
const conformanceReport = path.join(reports, 'conformance.json');

/** Checks that only read the sources. They run in parallel, because each has one thread. */
const checks: readonly Task[] = [
  { name: 'types', command: [tsc, '--noEmit'] },
  { name: 'types of the page', command: [tsc, '--noEmit', '-p', 'src/webview'] },
  {
    name: 'types of the backend',
    command: [tsc, '--noEmit', '-p', 'packages/tfjs-backend-onnxruntime'],
  },
  { name: 'lint', command: [bin('oxlint')] },
  { name: 'rules of the house', command: [bin('eslint'), '.', '--max-warnings', '0'] },
  { name: 'format', command: [bin('prettier'), '--check', '--log-level', 'warn', '.'] },
];
/** Suites that run one after another. */
type Lane = readonly [Task, ...Task[]];

const unit = vitest('unit');
const page = vitest('page', '--config', 'test/page/vitest.config.mts');
const nodes = vitest('package', '--config', inBackend('test/package/vitest.config.mts'));
const fuzz: Task = {
  name: 'fuzz',
  command: [bin('tsx'), 'test/fuzz/main.ts', '--seconds', '60', '--report', fuzzReport],
  report: fuzzReport,
};
const conformance: Task = {
  name: 'conformance',
  command: [bin('tsx'), inBackend('test/conformance/run.ts'), '--report', conformanceReport],
  report: conformanceReport,
};
const integration: Task = {
  name: 'integration',
  command: [bin('tsx'), 'test/integration/main.ts', integrationReport],
  report: integrationReport,
};
const e2e = vitest('e2e', '--config', 'test/e2e/vitest.config.mts');

/**
 * Stages in order; the lanes of one run side by side. The unit tests keep all processors busy. A browser and an editor
 * wait most of the time, for each other or for a frame; what computes beside them has one thread.
 */
const stages: readonly (readonly Lane[])[] = [[[unit]], [[e2e], [integration, page], [nodes, conformance, fuzz]]];

runMain(async () => {
  const total: Count = { passed: 0, failed: 0, skipped: 0 };
  await rm(reports, { recursive: true, force: true });
  await mkdir(reports, { recursive: true });
  try {
    await ensureDebian('chromium');
    await ensureDebian('dataset-fashion-mnist');
    await Promise.all([ensureCodeServer(), runChecks()]);
    for (const lanes of stages) {
      // Integration and the end-to-end run test the same package.
      if (lanes.flat().includes(e2e)) process.env['SECATEUR_VSIX'] = await packVsix();
      await runStage(lanes, total);
    }
  } catch (error) {
    total.failed = Math.max(total.failed, 1);
    throw error;
  } finally {
    process.once('exit', () => console.log(`${total.passed} passed, ${total.failed} failed`));
  }
});

/** Runs all checks. @throws ScriptError with the output of those that fail */
async function runChecks(): Promise<void> {
  console.log(`\n── ${checks.map(({ name }) => name).join(', ')}`);
  const start = performance.now();
  const results = await Promise.allSettled(
    checks.map(({ command: [program, ...args] }) => run(program, args, { cwd: inRoot() })),
  );
  const reasons = results.flatMap((result) => (result.status === 'rejected' ? [messageOf(result.reason)] : []));
  if (reasons.length > 0) throw new ScriptError(reasons.join('\n\n'));
  console.log(`── ${((performance.now() - start) / 1000).toFixed(0)} s`);
}

const messageOf = (reason: unknown): string => (reason instanceof Error ? reason.message : String(reason));

/** Runs the lanes of a stage and adds their tests to the total. @throws ScriptError if one fails or skips tests */
async function runStage(lanes: readonly Lane[], total: Count): Promise<void> {
  const tasks = lanes.flat();
  console.log(`\n── ${tasks.map(({ name }) => name).join(', ')}`);
  const alone = tasks.length === 1;
  const results = await Promise.allSettled(
    lanes.map(async (lane) => {
      for (const task of lane) await runTask(task, total, alone);
    }),
  );
  const reasons = results.flatMap((result) => (result.status === 'rejected' ? [messageOf(result.reason)] : []));
  if (reasons.length > 0) throw new ScriptError(reasons.join('\n\n'));
}

/** @param alone true where its output goes straight to the terminal; else it is shown only if the suite fails */
async function runTask(
  { name, command: [program, ...args], report }: Task,
  total: Count,
  alone: boolean,
): Promise<void> {
  const start = performance.now();
  const failure = await run(program, args, { output: alone ? 'inherit' : 'quiet', cwd: inRoot() }).then(
    () => undefined,
    (reason: unknown) => new ScriptError(alone ? `${name} failed.` : messageOf(reason)),
  );
  let words = '';
  if (report && existsSync(report)) {
    const count = Report.parse(JSON.parse(await readFile(report, 'utf8')));
    total.passed += count.passed;
    total.failed += count.failed;
    words = `${count.passed} passed, `;
    if (!failure && count.skipped > 0)
      throw new ScriptError(`${name}: ${count.skipped} tests were skipped; no test may be.`);
  }
  if (failure) throw failure;
  if (report && !existsSync(report)) throw new ScriptError(`${name} wrote no report.`);
  console.log(`── ${name}: ${words}${((performance.now() - start) / 1000).toFixed(0)} s`);
}
