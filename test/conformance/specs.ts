import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Spec files of tfjs-core that say nothing about a backend in Node, each kind with the reason. */
export const LEFT_OUT: readonly { readonly pattern: RegExp; readonly reason: string }[] = [
  { pattern: /^ops\/(to_pixels|from_pixels|draw)_test/, reason: 'needs a canvas or images' },
  { pattern: /^io\//, reason: 'reads and writes models; computes nothing' },
  { pattern: /^platforms\/|^browser_util_test|^device_util_test/, reason: 'is about browsers' },
  {
    pattern: /^(environment|flags|globals|jasmine_util|test_util|version)_test/,
    reason: 'is about flags and test helpers',
  },
  {
    pattern: /^(kernel_registry|profiler|debug_mode|serialization)_test/,
    reason: 'registers backends and kernels of its own',
  },
  { pattern: /^public\/|^ops\/operation_test/, reason: 'is about the form of the public interface' },
];

export interface SpecFiles {
  /** Directory of tfjs-core's build. */
  readonly root: string;
  /** Paths below `root`. */
  readonly chosen: readonly string[];
  readonly leftOut: readonly { readonly file: string; readonly reason: string }[];
}

/** All spec files that ship in tfjs-core's package, divided into those to run and those left out. */
export function findSpecs(): SpecFiles {
  const root = path.join(
    path.dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-core/package.json')),
    'dist',
  );
  const all = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => file.endsWith('_test.js'))
    .sort();
  const leftOut = all.flatMap((file) => {
    const rule = LEFT_OUT.find(({ pattern }) => pattern.test(file));
    return rule ? [{ file, reason: rule.reason }] : [];
  });
  const excluded = new Set(leftOut.map(({ file }) => file));
  return { root, chosen: all.filter((file) => !excluded.has(file)), leftOut };
}
