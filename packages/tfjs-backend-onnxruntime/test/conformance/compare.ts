import type { ConformanceResult } from './result';
import { CPU_ONLY } from './specs';

export interface Comparison {
  /** Number of specs that pass on our backend. */
  readonly passed: number;
  /** Specs that pass on the reference and fail or do not run on ours, each with its file. */
  readonly worse: readonly string[];
  /** Number of specs that are only for the reference. */
  readonly cpuOnly: number;
}

/** Compares the results of our backend with those of the reference. */
export function compare(reference: ConformanceResult, ours: ConformanceResult): Comparison {
  let passed = 0;
  let cpuOnly = 0;
  const worse: string[] = [];
  for (const [file, expected] of Object.entries(reference.files)) {
    const here = ours.files[file] ?? { passed: [], failures: [] };
    passed += here.passed.length;
    const passedHere = new Set(here.passed);
    for (const { name } of here.failures) passedHere.delete(name);
    const failedThere = new Set(expected.failures.map(({ name }) => name));
    for (const name of new Set(expected.passed)) {
      if (CPU_ONLY.test(name)) cpuOnly++;
      else if (!passedHere.has(name) && !failedThere.has(name)) worse.push(`${file} ${name}`);
    }
  }
  return { passed, worse, cpuOnly };
}
