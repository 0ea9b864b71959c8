import { inPackage } from '../tools/paths';
import { run } from '../tools/run';

const OPTIONS = [
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
  '--prefer-offline',
  '--cache',
  inPackage('.cache', 'npm'),
];

/**
 * Runs npm in a folder, with a cache of its own: a second run needs no network.
 *
 * @throws Error with its output if it fails
 */
export function npm(args: readonly string[], cwd: string): Promise<string> {
  // The variables of an outer npm are about another folder. The native library comes with its package.
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'));
  const env = { ...Object.fromEntries(kept), ONNXRUNTIME_NODE_INSTALL: 'skip' };
  const program = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  return run(program, [...args, ...OPTIONS], { cwd, env });
}
