import { cpSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../../../scripts/setup/paths';
import { openWorld } from '../../harness/world';
import { atMost, median, percentile95, type BenchLine } from 'tfjs-backend-onnxruntime/testing/bench-line';
import { dragThreshold, freshWindow, moveThreshold, openPanel, panelOf } from './steps';

const COLD_WINDOWS = 5;
const THRESHOLDS = 40;
const FOLDER = 'fashion-cnn';
/** The extension's own line in its log: from the first line of its bundle to the end of `activate()`. */
const ACTIVATED = /activated in ([\d.]+) ms/gi;

/** Activation, command to panel, and threshold to figures, in a real editor on the shipped checkpoint. */
export async function benchShipped(vsix: string): Promise<BenchLine[]> {
  const world = await openWorld({
    name: 'bench',
    vsix,
    prepare: (workspace) => {
      cpSync(inRoot('media', 'samples', FOLDER), path.join(workspace, FOLDER), { recursive: true });
    },
  });
  try {
    await world.workbench.ready(FOLDER);
    await openPanel(world, FOLDER); // Starts the browser's service worker, which is not ours to measure.
    const opened: number[] = [];
    for (let window = 0; window < COLD_WINDOWS; window++) {
      await freshWindow(world, FOLDER);
      opened.push((await openPanel(world, FOLDER)).usable);
    }
    const panel = panelOf(world);
    await moveThreshold(panel, THRESHOLDS, 'secateur:accuracy');
    const [counts, bytes, accuracy] = await Promise.all(
      ['secateur:counts', 'secateur:bytes', 'secateur:accuracy'].map((name) => panel.measured(name)),
    );
    const frames = await dragThreshold(panel);
    const activation = activationTimes(world.home).slice(-COLD_WINDOWS);
    return [
      atMost(`activation, median of ${activation.length} cold windows`, median(activation), 'ms', 100),
      atMost(
        `command to usable panel, engine start included, median of ${opened.length} windows`,
        median(opened),
        'ms',
        2000,
      ),
      atMost(`threshold to counts, p95 of ${counts!.length}`, percentile95(counts!), 'ms', 17),
      atMost(`threshold to bytes, p95 of ${bytes!.length}`, percentile95(bytes!), 'ms', 300),
      atMost(`threshold to accuracy on 1,000 images, p95 of ${accuracy!.length}`, percentile95(accuracy!), 'ms', 150),
      atMost(`between frames of a dragged threshold, p95 of ${frames.length}`, percentile95(frames), 'ms', 34),
    ];
  } finally {
    await world.close();
  }
}

/** Reads the log of the extension's own activation, window by window. */
function activationTimes(home: string): number[] {
  const logs = path.join(home, 'user', 'logs');
  const own = readdirSync(logs, { recursive: true, encoding: 'utf8' })
    .filter((name) => /secateur\.secateur.*Secateur\.log$/.test(name))
    .sort();
  const times = own.flatMap((name) => [...readFileSync(path.join(logs, name), 'utf8').matchAll(ACTIVATED)]);
  if (times.length === 0) throw new Error(`The extension has logged no activation time under ${logs}.`);
  return times.map((match) => Number(match[1]));
}
