import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { CODEC_NOTICES } from './codec-notices';
import { inRoot } from './paths';

const Metafile = z.object({ inputs: z.record(z.string(), z.unknown()) });
const PackageJson = z.object({ name: z.string(), version: z.string(), license: z.string().default('see its text') });

/**
 * The licences of all packages in or beside the bundles, as one text.
 * `metafiles`: esbuild's records of the content of each bundle; `beside`: packages that are copied as they are.
 */
export function thirdPartyNotices(metafiles: readonly string[], beside: readonly string[]): string {
  const inputs = metafiles.flatMap((text) => Object.keys(Metafile.parse(JSON.parse(text)).inputs));
  const folders = new Set([...inputs.flatMap(packageFolder), ...beside.map((name) => `node_modules/${name}`)]);
  const libraries = CODEC_NOTICES.map(({ title, text }) => entry(title, text));
  const parts = [...[...folders].sort().map((folder) => notice(inRoot(folder))), ...libraries];
  return `Secateur contains the following software.\n\n${[...new Set(parts)].join('\n')}`;
}

/** `node_modules/a/node_modules/@b/c/x.js` -> `node_modules/a/node_modules/@b/c`. */
function packageFolder(input: string): string[] {
  const match = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input);
  return match ? [match[0]] : [];
}

function notice(folder: string): string {
  const { name, version, license } = PackageJson.parse(
    JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')),
  );
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text = file && existsSync(path.join(folder, file)) ? readFileSync(path.join(folder, file), 'utf8').trim() : '';
  return entry(`${name} ${version}, ${license}`, text);
}

const entry = (title: string, text: string): string => `${'-'.repeat(80)}\n${title}\n\n${text}\n`;
