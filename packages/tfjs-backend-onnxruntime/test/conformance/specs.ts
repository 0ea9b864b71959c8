import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Spec files of tfjs-core that cannot run in Node, each kind with the reason. */
export const LEFT_OUT: readonly { readonly pattern: RegExp; readonly reason: string }[] = [
  {
    pattern: /^ops\/(to_pixels|from_pixels|draw)_test/,
    reason: "needs a browser's pixels: canvas, video or ImageData",
  },
];

/**
 * Specs only for the cpu backend: those that move data between two copies of it, and the two that expect an error where
 * this package has a gradient.
 */
export const CPU_ONLY = /^Switching cpu backends |^depthwiseConv2d gradients .*throws error on dilations > 1$/;

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
