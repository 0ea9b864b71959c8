import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** Every file under a folder with its size, by relative path. */
export function filesUnder(folder: string): Map<string, number> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.map((name) => ({ name, stats: statSync(path.join(folder, name)) }));
  return new Map(files.filter(({ stats }) => stats.isFile()).map(({ name, stats }) => [name, stats.size]));
}
