import { Worker } from 'node:worker_threads';

/** Interval of the check, in milliseconds. */
const INTERVAL_MS = 500;

/**
 * Kills this process when its parent is gone, even while it computes: the main thread hears nothing then, so a worker
 * thread checks. The files of the process are those of any killed run: whole, or with the lock of a dead process.
 */
export function endWithParent(): void {
  const workerData = { parent: process.ppid, interval: INTERVAL_MS };
  new Worker(PROGRAM, { eval: true, workerData, execArgv: [], env: {} }).unref();
}

/** On Windows the number of a dead parent stays; elsewhere the process gets another parent. */
const PROGRAM = `
const { workerData } = require('node:worker_threads');
const isGone = () => {
  if (process.ppid !== workerData.parent) return true;
  try {
    process.kill(workerData.parent, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
};
setInterval(() => {
  if (isGone()) process.kill(process.pid, 'SIGKILL');
}, workerData.interval);
`;
