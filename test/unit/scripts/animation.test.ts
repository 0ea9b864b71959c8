import UPNG from 'upng-js';
import { expect, test } from 'vitest';
import { animatedPng, frameCount } from '../../../scripts/setup/animation';

const HEIGHT = 24;

/** A PNG in which red is the same everywhere and green runs through all its values. */
const plain = (red: number, width = 32): Uint8Array => {
  const pixels = Uint8Array.from({ length: width * HEIGHT * 4 }, (_, i) => [red, (i >> 2) % 256, 0, 255][i % 4] ?? 0);
  return new Uint8Array(UPNG.encode([pixels.buffer], width, HEIGHT, 0));
};

test('joins pictures into one that moves, each shown as long as asked', () => {
  const picture = animatedPng([
    { png: plain(0), ms: 100 },
    { png: plain(200), ms: 1600 },
  ]);
  expect(frameCount(picture)).toBe(2);
  const image = UPNG.decode(new Uint8Array(picture).buffer);
  expect(image.frames.map(({ delay }) => delay)).toEqual([100, 1600]);
  const reds = UPNG.toRGBA8(image).map((frame) => new Uint8Array(frame)[0]);
  expect(reds[0]).toBeLessThan(10);
  expect(reds[1]).toBeGreaterThan(190);
});

test('a picture alone does not move', () => {
  expect(frameCount(plain(0))).toBe(0);
});

test('refuses frames of different sizes, and none', () => {
  const frames = [plain(0), plain(0, 33)].map((png) => ({ png, ms: 1 }));
  expect(() => animatedPng(frames)).toThrow('differ in size');
  expect(() => animatedPng([])).toThrow('needs a frame');
});
