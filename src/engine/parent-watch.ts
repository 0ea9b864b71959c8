import { Worker } from 'node:worker_threads';

/** How often the parent is looked for: milliseconds. */
const INTERVAL_MS = 500;

/**
 * Kills this process once its parent is gone, even while it computes: the main thread hears of nothing then, so another one
 * looks. What the process leaves is that of any killed run, whole or with the lock of a dead process.
 */
export function endWithParent(): void {
  const workerData = { parent: process.ppid, interval: INTERVAL_MS };
  new Worker(PROGRAM, { eval: true, workerData, execArgv: [], env: {} }).unref();
}

/** On Windows a process keeps the number of a parent that is gone; elsewhere it gets another parent. */
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
