import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { animatedPng, frameCount, type Frame } from '../../scripts/setup/animation';
import { inRoot } from '../../scripts/setup/paths';
import type { Panel } from '../harness/pages/panel';
import type { World } from '../harness/world';
import { openPanel, openShipped } from './shipped';

const WIDTH = 960;
const HEIGHT = 720;
/** The panel's head, histogram and controls: pixels of the window. */
const CLIP = { x: 6, y: 32, width: 948, height: 545 };
/** The picture of the README is no larger: bytes. */
const MOST_BYTES = 2_000_000;
/** The pixels by which the line moves in one frame. */
const STEP = 5;
/** The places where the line rests until accuracy is measured, in steps from 0: about half of the weights, too far, and back. */
const RESTS = [6, 12, 17, 12];
const MOVE_MS = 100;
const REST_MS = 1_600;

let world: World;
let panel: Panel;

beforeAll(async () => {
  ({ world, panel } = await openShipped({
    name: 'readme',
    vsix: inject('vsix'),
    settings: {
      'workbench.editor.showTabs': 'none',
      'workbench.activityBar.location': 'hidden',
      'workbench.statusBar.visible': false,
      'window.commandCenter': false,
      'breadcrumbs.enabled': false,
    },
    width: WIDTH,
    height: HEIGHT,
  }));
  await openPanel({ world, panel });
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
