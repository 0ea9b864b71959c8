import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { animatedPng, frameCount, type Frame } from '../../scripts/setup/animation';
import { inRoot } from '../../scripts/setup/paths';
import { Panel } from '../harness/pages/panel';
import { openWorld, type World } from '../harness/world';

const WIDTH = 960;
const HEIGHT = 720;
/** The panel's head, histogram and controls: pixels of the window. */
const CLIP = { x: 6, y: 32, width: 948, height: 545 };
/** The picture of the README is no larger: bytes. */
const MOST_BYTES = 2_000_000;
/** By how many pixels the line is moved in one frame. */
const STEP = 5;
/** Where the line rests until accuracy is measured, in steps from 0: far enough for half of the weights, too far, and back. */
const RESTS = [6, 12, 17, 12];
const MOVE_MS = 100;
const REST_MS = 1_600;

let world: World;
let panel: Panel;

beforeAll(async () => {
  world = await openWorld({
    name: 'readme',
    vsix: inject('vsix'),
    settings: {
      'secateur.data.folder': inRoot('media', 'samples', 'fashion-mnist-sample'),
      'workbench.editor.showTabs': 'none',
      'workbench.activityBar.location': 'hidden',
      'workbench.statusBar.visible': false,
      'window.commandCenter': false,
      'breadcrumbs.enabled': false,
    },
    width: WIDTH,
    height: HEIGHT,
    prepare: (workspace) => {
      cpSync(inRoot('media', 'samples', 'fashion-cnn'), path.join(workspace, 'fashion-cnn'), { recursive: true });
    },
  });
  await world.workbench.ready('fashion-cnn');
  await world.workbench.expand('fashion-cnn');
  await world.workbench.contextMenu(world.workbench.explorerRow('model.json'), 'Prune Model');
  panel = new Panel(world.page, world.workbench.webview());
  await panel.ready();
  await world.workbench.command('View: Toggle Primary Side Bar Visibility');
  await panel.element('histogram').hover();
  await panel.toTop();
});

afterAll(async () => {
  expect(await world.close()).toEqual([]);
});

test('the threshold is dragged, and each move is a frame of the picture in the README', async () => {
  const frames: Frame[] = [];
  const shoot = async (ms: number): Promise<void> => {
    frames.push({ png: await world.page.screenshot({ clip: CLIP }), ms });
  };
  const { mouse } = world.page;
  const { x, y } = await panel.lineCentre();
  await mouse.move(x, y);
  await mouse.down();
  // The first frame shows the accuracy of the model as it is: the panel measures that with the first plan.
  await mouse.move(x + STEP, y);
  await panel.preview('accuracy');
  await mouse.move(x, y);
  await expect.poll(() => panel.value('threshold-line')).toBe(0);
  await shoot(REST_MS);
  let at = 0;
  for (const rest of RESTS) {
    while (at !== rest) {
      at += Math.sign(rest - at);
      await mouse.move(x + at * STEP, y);
      await panel.preview('sparsity');
      await shoot(MOVE_MS);
    }
    await panel.preview('accuracy');
    await shoot(REST_MS);
  }
  await mouse.up();
  expect(await panel.preview('sparsity')).toBeGreaterThan(0.8);
  const picture = animatedPng(frames);
  writeFileSync(inRoot('e2e-out', 'readme', 'threshold.png'), picture);
  expect(frameCount(picture)).toBe(frames.length);
  expect(picture.length).toBeLessThan(MOST_BYTES);
  expect(world.guard.take()).toEqual([]);
});
