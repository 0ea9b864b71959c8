import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inPackage } from '../tools/paths';
import { npm } from './npm';

/** The versions of Node on which the package must work: each maintained one, and the newest. */
export const NODES = ['20.20.2', '22.23.5', '24.22.3', '26.12.1'] as const;

const platform = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const cache = inPackage('.cache');
const home = path.join(cache, `nodes-${platform}-${NODES.join('-')}`);
const alias = (version: string): string => `node-${version}`;

/**
 * Installs the programs of these versions of Node from npm into an ignored folder on first use. The folder appears by
 * one rename when all are there.
 */
export async function ensureNodes(): Promise<ReadonlyMap<string, string>> {
  if (!existsSync(home)) await install();
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  return new Map(NODES.map((version) => [version, path.join(home, 'node_modules', alias(version), 'bin', program)]));
}

async function install(): Promise<void> {
  await mkdir(cache, { recursive: true });
  const partial = await mkdtemp(path.join(cache, 'partial-'));
  try {
    await writeFile(path.join(partial, 'package.json'), '{ "private": true }\n');
    await npm(['install', ...NODES.map((version) => `${alias(version)}@npm:node-${platform}@${version}`)], partial);
    await rename(partial, home).catch((error: unknown) => {
      if (!existsSync(home)) throw error; // Another process was faster.
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}
