import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';

/** Identifies a process among all processes, past and future. */
export interface ProcessIdentity {
  host: string;
  pid: number;
  /** Its start time in units of the system; null where the system does not tell. */
  started: string | null;
}

/** Returns the identity of a running process of this host. */
export async function identityOf(pid: number): Promise<ProcessIdentity> {
  return { host: hostname(), pid, started: await startOf(pid) };
}

/**
 * Returns true while a process runs. Another process that got the same number since does not count. `unknown` where it
 * ran on another host, or where the system does not tell start times.
 */
export async function isAlive(identity: ProcessIdentity): Promise<boolean | 'unknown'> {
  if (identity.host !== hostname()) return 'unknown';
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
  }
  const started = await startOf(identity.pid);
  if (started === null || identity.started === null) return 'unknown';
  return started === identity.started;
}

async function startOf(pid: number): Promise<string | null> {
  try {
    if (process.platform === 'linux') {
      const [stat, boot] = await Promise.all([
        readFile(`/proc/${pid}/stat`, 'utf8'),
        readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      ]);
      // Field 22 of proc(5); field 2, the name in parentheses, may contain spaces and parentheses.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      // A zombie keeps its number but no longer runs.
      return fields[0] === 'Z' ? '' : `${boot.trim()}:${fields[19]}`;
    }
    if (process.platform === 'win32') return null;
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)], { env: { LC_ALL: 'C' } });
    return stdout.trim() || null;
  } catch {
    return null;
  }
}
