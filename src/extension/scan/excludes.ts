import { Minimatch } from 'minimatch';

/** Folders that are never scanned, whatever the settings say. */
const ALWAYS = ['**/node_modules', '**/.git', '**/.hg', '**/.svn'];

/**
 * The active patterns of `files.exclude` and `search.exclude`. Patterns with a condition (`{ "when": … }`) are left out: they
 * hide files that are made from a sibling, and no checkpoint is.
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
 * One glob for `findFiles`. VS Code does not nest braces, so patterns with braces are left out; `isExcluded` applies them.
 */
export function excludeGlob(patterns: readonly string[]): string {
  return `{${patterns.filter((pattern) => !/[{},]/.test(pattern)).join(',')}}`;
}

/** True if a pattern hides a path or a folder above it. The path is relative to its workspace folder, with `/`. */
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
