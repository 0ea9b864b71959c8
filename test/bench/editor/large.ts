import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { atMost, median, percentile95, type BenchLine } from 'tfjs-backend-onnxruntime/testing/bench-line';
import { SEARCHED_2000, writeSearched } from '../../fixtures/searched-network';
import { openWorld, type World } from '../../harness/world';
import { VGG, writeVgg } from '../large/model';
import { dragGraph, dragThreshold, freshWindow, moveThreshold, openPanel, panelOf, type Opened } from './steps';

const WINDOWS = 3;
const THRESHOLDS = 20;

/**
 * Command to panel, threshold to figures, and the drawing of a graph, in a real editor: on a network of the form of VGG-16,
 * 553 MB, and on one of 2,000 layers that a search wrote.
 */
export async function benchLargePanel(vsix: string): Promise<BenchLine[]> {
  const world = await openWorld({
    name: 'bench-large',
    vsix,
    prepare: async (workspace) => {
      writeVgg(path.join(workspace, 'vgg16'), VGG);
      await writeSearched(path.join(workspace, 'searched'), SEARCHED_2000);
    },
  });
  try {
    await world.workbench.ready('searched');
    return [...(await graphLines(world)), ...(await weightLines(world))];
  } finally {
    await world.close();
  }
}

async function graphLines(world: World): Promise<BenchLine[]> {
  await openPanel(world, 'searched');
  const panel = panelOf(world);
  await panel.element('layers-view-graph').click();
  await panel.measuredTimes('secateur:graph', 1);
  await panel.element('graph-open-all').click();
  await panel.measuredTimes('secateur:graph', 2);
  const [closed, open] = await panel.measured('secateur:graph');
  const frames = await dragGraph(world, panel);
  return [
    atMost('graph of 2,000 layers with closed blocks, first drawing', closed!, 'ms', 2000),
    atMost('graph of 2,000 layers, all blocks opened', open!, 'ms', 2000),
    atMost(`between frames of that graph, dragged, p95 of ${frames.length}`, percentile95(frames), 'ms', 34),
  ];
}

async function weightLines(world: World): Promise<BenchLine[]> {
  const open = async (forgets: boolean): Promise<Opened[]> => {
    const times: Opened[] = [];
    for (let window = 0; window < WINDOWS; window++) {
      if (forgets) forgetFigures(world.home);
      await freshWindow(world, 'vgg16');
      times.push(await openPanel(world, 'vgg16'));
    }
    return times;
  };
  const [first, again] = [await open(true), await open(false)];
  const panel = panelOf(world);
  await moveThreshold(panel, THRESHOLDS, 'secateur:bytes');
  const [counts, bytes] = [await panel.measured('secateur:counts'), await panel.measured('secateur:bytes')];
  const frames = await dragThreshold(panel);
  const of = `median of ${WINDOWS} windows`;
  const middle = (times: readonly Opened[], mark: keyof Opened): number => median(times.map((one) => one[mark]));
  return [
    atMost(`553 MB: command to usable panel, engine start included, ${of}`, middle(first, 'usable'), 'ms', 2000),
    atMost(`553 MB: command to all figures, ${of}`, middle(first, 'complete'), 'ms', 10_000),
    atMost(`553 MB: command to usable panel, opened before, ${of}`, middle(again, 'usable'), 'ms', 1000),
    atMost(`553 MB: threshold to counts, p95 of ${counts.length}`, percentile95(counts), 'ms', 50),
    atMost(`553 MB: threshold to estimated bytes, p95 of ${bytes.length}`, percentile95(bytes), 'ms', 200),
    atMost(`553 MB: between frames of a dragged threshold, p95 of ${frames.length}`, percentile95(frames), 'ms', 34),
  ];
}

/** Deletes the figures that engines have kept, as on a machine that has not seen the model. */
function forgetFigures(home: string): void {
  const user = path.join(home, 'user', 'User', 'globalStorage');
  const kept = readdirSync(user).map((name) => path.join(user, name, 'figures'));
  for (const folder of kept) rmSync(folder, { recursive: true, force: true });
}
