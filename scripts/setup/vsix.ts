import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createVSIX, listFiles, PackageManager } from '@vscode/vsce';
import { thirdPartyNotices } from './notices';
import { inRoot } from './paths';
import { extensionPage } from './readme';
import { run } from './run';
import { ScriptError } from './run-main';

/** The target of `vsce` for this machine, for example `linux-x64`. */
export const hostTarget = (): string => `${process.platform}-${process.arch}`;

/**
 * Packs the extension for one platform into `secateur-<target>.vsix` in the project's folder.
 * It builds the bundles. The engine finds the native library by plain resolution from `dist/engine.js`, so only that platform's
 * binaries lie beside it during packing. The content of the package is collected in its own folder, with the README for the page
 * of the extension.
 * @returns the path of the VSIX. @throws ScriptError for a platform that ONNX Runtime does not support
 */
export async function packVsix(target: string = hostTarget()): Promise<string> {
  const packagePath = inRoot(`secateur-${target}.vsix`);
  const staged = inRoot('dist', 'node_modules');
  const gathered = inRoot('.cache', `vsix-${target}-${process.pid}`);
  try {
    await buildBundles();
    await stageNativeLibrary(target, staged);
    await gather(gathered);
    await createVSIX({
      cwd: gathered,
      packagePath,
      target,
      dependencies: false,
      rewriteRelativeLinks: false,
      allowMissingRepository: true,
    });
  } finally {
    for (const folder of [staged, gathered]) await rm(folder, { recursive: true, force: true });
  }
  return packagePath;
}

/** Copies all files of the package into a folder, with the README for the page of the extension. */
async function gather(into: string): Promise<void> {
  await rm(into, { recursive: true, force: true });
  await mkdir(into, { recursive: true });
  for (const file of await listFiles({ cwd: inRoot(), packageManager: PackageManager.None })) {
    await mkdir(path.dirname(path.join(into, file)), { recursive: true });
    await cp(inRoot(file), path.join(into, file));
  }
  const readme = await readFile(inRoot('README.md'), 'utf8');
  await writeFile(
    path.join(into, 'README.md'),
    extensionPage(readme, (file) => readFileSync(inRoot(file))),
  );
}

/** The published bundles, and the licences of their content. */
async function buildBundles(): Promise<void> {
  await run(process.execPath, [inRoot('esbuild.mjs'), '--production']);
  const records = ['extension', 'engine', 'cli', 'mcp', 'worker', 'decoding', 'packing', 'weights', 'page'].map(
    (name) => readFile(inRoot('dist', 'meta', `${name}.json`), 'utf8'),
  );
  const notices = thirdPartyNotices(await Promise.all(records), ['onnxruntime-node', 'onnxruntime-common']);
  await writeFile(inRoot('dist', 'THIRD-PARTY-NOTICES.txt'), notices);
}

async function stageNativeLibrary(target: string, into: string): Promise<void> {
  const [system = '', processor = ''] = target.split('-');
  const runtime = inRoot('node_modules', 'onnxruntime-node');
  const binaries = path.join('bin', 'napi-v6', system, processor);
  if (!existsSync(path.join(runtime, binaries))) {
    throw new ScriptError(`ONNX Runtime ships no library for ${target}, so Secateur cannot be packed for it.`);
  }
  await rm(into, { recursive: true, force: true });
  await copyParts(runtime, path.join(into, 'onnxruntime-node'), ['package.json', 'dist', binaries]);
  const common = inRoot('node_modules', 'onnxruntime-common');
  await copyParts(common, path.join(into, 'onnxruntime-common'), ['package.json', path.join('dist', 'cjs')]);
}

/** Copies files and folders by relative path, without source maps and type declarations. */
async function copyParts(from: string, to: string, parts: readonly string[]): Promise<void> {
  for (const part of parts) {
    await mkdir(path.dirname(path.join(to, part)), { recursive: true });
    await cp(path.join(from, part), path.join(to, part), {
      recursive: true,
      filter: (source) => !/\.(map|d\.ts)$/.test(source),
    });
  }
}
