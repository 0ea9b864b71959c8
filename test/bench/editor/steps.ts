import { Panel } from '../../harness/pages/panel';
import type { World } from '../../harness/world';

/** Pixels and moves of a drag, about two seconds of a hand. */
const [DRAG, MOVES] = [240, 120];

/** Closes all editors and starts the window again, with an engine that is cold. */
export async function freshWindow({ workbench }: World, folder: string): Promise<void> {
  await workbench.closeAllEditors();
  await workbench.reloadWindow();
  await workbench.ready(folder);
}

/** The panel that was opened last. */
export const panelOf = ({ page, workbench }: World): Panel => new Panel(page, workbench.webview());

/** Milliseconds from the click on a command to what the page marks. */
export interface Opened {
  readonly usable: number;
  readonly complete: number;
}

/**
 * Right-click on the folder of a model.json, Prune Model: measures from the click on the item. The file itself can be out of
 * sight in an unfolded folder, below a hundred shards.
 */
export async function openPanel(world: World, folder: string): Promise<Opened> {
  const { workbench, page } = world;
  const clicked = await workbench.contextMenu(workbench.explorerRow(folder).first(), 'Prune Model');
  const panel = panelOf(world);
  await panel.ready();
  const since = async (mark: string): Promise<number> => {
    for (;;) {
      const at = await panel.markedAt(mark);
      // A panel that was there before the click would be a fault of the bench, and a very good figure.
      if (at !== null && at < clicked) throw new Error('The panel was open before it was asked for.');
      if (at !== null) return at - clicked;
      await page.waitForTimeout(50);
    }
  };
  return { usable: await since('secateur:usable'), complete: await since('secateur:complete') };
}

/**
 * Steps the threshold through percentages from 50 on, each after a figure of the one before is drawn.
 * @param last name of the measure that comes last
 */
export async function moveThreshold(panel: Panel, steps: number, last: string): Promise<void> {
  await panel.select('scope-select', 'global');
  await panel.select('mode-select', 'percent');
  const before = (await panel.measured(last)).length;
  for (let step = 0; step < steps; step++) {
    await panel.pasteThreshold(String(50 + step));
    await panel.measuredTimes(last, before + step + 1);
  }
}

/** Drags the line of the threshold; returns milliseconds between frames. */
export const dragThreshold = (panel: Panel): Promise<number[]> => panel.framesWhile(() => panel.dragLine(DRAG, MOVES));

/** Drags the graph; returns milliseconds between frames. */
export async function dragGraph({ page }: World, panel: Panel): Promise<number[]> {
  const box = await panel.element('graph').boundingBox();
  if (!box) throw new Error('The graph is not visible.');
  const [x, y] = [box.x + 12, box.y + box.height - 12];
  return panel.framesWhile(async () => {
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + DRAG / 2, y - DRAG, { steps: MOVES });
    await page.mouse.up();
  });
}
