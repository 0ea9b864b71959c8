import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { inRoot } from '../../scripts/setup/paths';
import { peakMemory } from '../harness/processes';

/**
 * Trains by the command line and returns the most memory that its process held, in bytes.
 * @param job arguments of `train`
 * @throws Error where the training fails
 */
export async function peakOfTraining(job: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [inRoot('dist', 'command.js'), 'train', ...job], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  let peak = 0;
  while (child.exitCode === null && child.signalCode === null) {
    if (child.pid !== undefined) peak = Math.max(peak, await peakMemory(child.pid).catch(() => 0));
    await Promise.race([delay(100), ended]);
  }
  if (child.exitCode !== 0) throw new Error(`Training ended with exit code ${String(child.exitCode)}.`);
  return peak;
}
