import { spawn, type StdioOptions } from 'node:child_process';
import { ScriptError } from './run-main';

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** `inherit`: all output goes to this terminal; `progress`: only stderr; `quiet`: none, unless the program fails. */
  output?: 'inherit' | 'progress' | 'quiet';
}

const STDIO: Record<'inherit' | 'progress' | 'quiet', StdioOptions> = {
  inherit: 'inherit',
  progress: ['inherit', 'pipe', 'inherit'],
  quiet: ['ignore', 'pipe', 'pipe'],
};

/** Runs a program to its end and returns its stdout. @throws ScriptError with its output if it fails */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: STDIO[options.output ?? 'quiet'],
    });
    let stdout = '';
    let all = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      all += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => (all += chunk.toString()));
    child.on('error', (error) => reject(new ScriptError(`${command} did not start: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(stdout);
      else
        reject(new ScriptError(`${[command, ...args].join(' ')} failed (${signal ?? String(code)})\n${all}`.trimEnd()));
    });
  });
}

/** This environment without variables of an outer npm or editor, and with native downloads switched off. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|VSCODE_|PORT$|PASSWORD$|ELECTRON_)/.test(name));
  return { ...Object.fromEntries(kept), ONNXRUNTIME_NODE_INSTALL: 'skip' };
}

/** Runs the npm that started this script, or else the one on the path. */
export function npm(args: readonly string[], options: RunOptions = {}): Promise<string> {
  const cli = process.env['npm_execpath'];
  const settings = { env: cleanEnvironment(), ...options };
  if (cli && /\.c?js$/.test(cli)) return run(process.execPath, [cli, ...args], settings);
  return run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, settings);
}
