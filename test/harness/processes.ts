import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** A running process by its id and command line. */
export interface RunningProcess {
  pid: number;
  command: string;
}

/** All processes of this machine whose command line contains `part` (Linux: read from /proc). */
export async function processesWith(part: string): Promise<RunningProcess[]> {
  const found: RunningProcess[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const command = (await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ').trim();
    if (command.includes(part)) found.push({ pid: Number(name), command });
  }
  return found;
}

/** The command lines with this folder in them that still run three seconds after they should have ended. */
export async function processesUnder(folder: string): Promise<string[]> {
  const end = Date.now() + 3000;
  for (;;) {
    const left = await processesWith(folder);
    if (left.length === 0 || Date.now() > end) return left.map((process) => process.command);
    await delay(100);
  }
}

/** The engines of a server: its processes that run the extension's engine bundle. */
export async function enginesUnder(folder: string): Promise<RunningProcess[]> {
  return (await processesWith('engine.js')).filter((process) => process.command.includes(folder));
}

/** The most memory that a process has held, in bytes. */
export async function peakMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
  if (!kilobytes) throw new Error(`/proc/${pid}/status names no VmHWM`);
  return Number(kilobytes) * 1024;
}
