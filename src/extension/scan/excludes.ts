import { Minimatch } from 'minimatch';

/** Never looked into, whatever the settings say. */
const ALWAYS = ['**/node_modules', '**/.git', '**/.hg', '**/.svn'];

/**
 * The patterns that are switched on in values of `files.exclude` and `search.exclude`. Patterns with a condition
 * (`{ "when": … }`) hide files that are made from a sibling, which no checkpoint is: they are left out.
 */
export function excludePatterns(...settings: readonly unknown[]): string[] {
  const patterns = new Set(ALWAYS);
  for (const setting of settings) {
    if (typeof setting !== 'object' || setting === null) continue;
    for (const [pattern, value] of Object.entries(setting)) if (value === true && pattern.trim()) patterns.add(pattern);
  }
  return [...patterns];
}

/**
 * One glob for `findFiles`. Patterns that hold braces themselves are left out, because VS Code does not nest them:
 * `isExcluded` sees to those.
 */
export function excludeGlob(patterns: readonly string[]): string {
  return `{${patterns.filter((pattern) => !/[{},]/.test(pattern)).join(',')}}`;
}

/** Is a path (relative to its workspace folder, with `/`) hidden by a pattern, itself or by a folder above it? */
export function excluder(patterns: readonly string[]): (relativePath: string) => boolean {
  const matchers = patterns.map((pattern) => new Minimatch(pattern.replace(/\/$/, ''), { dot: true, nocomment: true }));
  return (relativePath) => {
    const parts = relativePath.split('/');
    return parts.some((_, index) => {
      const upTo = parts.slice(0, index + 1).join('/');
      return matchers.some((matcher) => matcher.match(upTo));
    });
  };
}
