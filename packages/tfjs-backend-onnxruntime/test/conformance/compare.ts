import type { ConformanceResult } from './result';
import { CPU_ONLY } from './specs';

export interface Comparison {
  /** How many specs pass on ours. */
  readonly passed: number;
  /** Those that pass on the reference and fail on ours, or did not run there, each with its file. */
  readonly worse: readonly string[];
  /** How many the reference ran that are for it alone. */
  readonly cpuOnly: number;
}

/** Holds what a backend made of the specs against what the reference made of them. */
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
