/**
 * Runs the specs of tfjs-core on one backend; `run.ts` bundles and starts it. Arguments: backend, pattern of file
 * names, and the file for the result, a `ConformanceResult`.
 */
import { writeFileSync } from 'node:fs';
import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util';
import jasmineCore from 'jasmine-core';
import { specs } from 'tfjs-core-specs';
import { backendStats, installBackend } from '../../src/index';
import type { ConformanceResult, FileResult } from './result';

async function main(backend: string, pattern: string, report: string): Promise<void> {
  const jasmine = jasmineCore.boot(jasmineCore);
  const environment = jasmine.getEnv();
  environment.configure({ random: false });
  if (backend === 'onnxruntime') await installBackend({ threads: 1, maxSessions: 16 });
  // The name is a part of the name of each spec. The same name lets the results of two backends be compared.
  setTestEnvs([{ name: 'node', backendName: backend, isDataSync: true }]);

  const loadErrors: string[] = [];
  const describe = globalThis.describe;
  for (const [file, load] of Object.entries(specs)) {
    if (!new RegExp(pattern).test(file)) continue;
    globalThis.describe = (name, define) => describe(`<${file}> ${name}`, define);
    try {
      load();
    } catch (error) {
      loadErrors.push(`${file}: ${String(error)}`);
    }
  }
  globalThis.describe = describe;

  const files: Record<string, FileResult> = {};
  environment.addReporter({
    specDone: ({ fullName, status, failedExpectations }) => {
      const [, file = '?', name = fullName] = /^<(.*?)> (.*)$/s.exec(fullName) ?? [];
      const result = (files[file] ??= { passed: [], failures: [] });
      if (status === 'passed') result.passed.push(name);
      if (status === 'failed') result.failures.push({ name, message: failedExpectations[0]?.message ?? '' });
    },
  });
  console.warn = () => undefined; // The specs provoke many warnings on purpose.
  await environment.execute();
  const fallbacks = backend === 'onnxruntime' ? backendStats().fallbacks : {};
  const result: ConformanceResult = { backend, files, loadErrors, fallbacks };
  writeFileSync(report, JSON.stringify(result));
  process.exit(0);
}

void main(process.argv[2]!, process.argv[3]!, process.argv[4]!);
