import { cpSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../../scripts/setup/paths';
import { Panel } from '../harness/pages/panel';
import { openWorld, type World } from '../harness/world';
import { atMost, median, percentile95, type BenchLine } from 'tfjs-backend-onnxruntime/testing/bench-line';

const COLD_WINDOWS = 5;
const THRESHOLDS = 40;
/** The extension's own line in its log: from the first line of its bundle to the end of `activate()`. */
const ACTIVATED = /activated in ([\d.]+) ms/gi;

/** Activation, command to panel, and threshold to figures, in a real editor on the shipped checkpoint. */
export async function benchEditor(vsix: string): Promise<BenchLine[]> {
  const world = await openWorld({
    name: 'bench',
    vsix,
    prepare: (workspace) => {
      cpSync(inRoot('media', 'samples', 'fashion-cnn'), path.join(workspace, 'fashion-cnn'), { recursive: true });
    },
  });
  try {
    await world.workbench.ready('fashion-cnn');
    await openPanel(world); // Starts the browser's service worker, which is not ours to measure.
    const opened: number[] = [];
    for (let window = 0; window < COLD_WINDOWS; window++) {
      await world.workbench.closeAllEditors();
      await world.workbench.reloadWindow();
      await world.workbench.ready('fashion-cnn');
      opened.push(await openPanel(world));
    }
    const { counts, bytes, accuracy } = await moveThreshold(new Panel(world.page, world.workbench.webview()));
    const activation = activationTimes(world.home).slice(-COLD_WINDOWS);
    return [
      atMost(`activation, median of ${activation.length} cold windows`, median(activation), 'ms', 100),
      atMost(
        `command to usable panel, engine start included, median of ${opened.length} windows`,
        median(opened),
        'ms',
        2000,
      ),
      atMost(`threshold to counts, p95 of ${counts.length}`, percentile95(counts), 'ms', 50),
      atMost(`threshold to bytes, p95 of ${bytes.length}`, percentile95(bytes), 'ms', 300),
      atMost(`threshold to accuracy on 1,000 images, p95 of ${accuracy.length}`, percentile95(accuracy), 'ms', 400),
    ];
  } finally {
    await world.close();
  }
}

/** Right-click, Prune Model: milliseconds from the click on the item until the panel can be worked with. */
async function openPanel({ workbench, page }: World): Promise<number> {
  await workbench.expand('fashion-cnn');
  const row = workbench.explorerRow('model.json');
  const clicked = await workbench.contextMenu(row, 'Prune Model');
  const panel = new Panel(page, workbench.webview());
  await panel.ready();
  for (;;) {
    const usable = await panel.markedAt('secateur:usable');
    // A panel that was there before the click would be a fault of the bench, and a very good figure.
    if (usable !== null && usable < clicked) throw new Error('The panel was open before it was asked for.');
    if (usable !== null) return usable - clicked;
    await page.waitForTimeout(50);
  }
}

/** Steps the threshold through the percentages, each after the figures of the one before are drawn. */
async function moveThreshold(panel: Panel): Promise<{ counts: number[]; bytes: number[]; accuracy: number[] }> {
  await panel.select('scope-select', 'global');
  await panel.select('mode-select', 'percent');
  const before = (await panel.measured('secateur:accuracy')).length;
  for (let step = 0; step < THRESHOLDS; step++) {
    await panel.typeThreshold(String(50 + step));
    await panel.measuredTimes('secateur:accuracy', before + step + 1);
  }
  const [counts, bytes, accuracy] = await Promise.all([
    panel.measured('secateur:counts'),
    panel.measured('secateur:bytes'),
    panel.measured('secateur:accuracy'),
  ]);
  return { counts, bytes, accuracy };
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
