import { expect, it } from 'vitest';
import { changeImage, type Change } from '../../../src/engine/dataset/change';

const NONE: Change = { brightness: 0, flipX: false, flipY: false, degrees: 0, right: 0, down: 0 };
const NINE = [1, 2, 3, 4, 5, 6, 7, 8, 9];

/** An image after a change; by default 3x3 gray, black is 0 and white 255. */
function changed(
  change: Partial<Change>,
  values: readonly number[] = NINE,
  shape: readonly [number, number, number] = [3, 3, 1],
  [black, white] = [0, 255],
): number[] {
  const image = Float32Array.from(values);
  changeImage(
    image,
    {
      shape,
      black: Array.from({ length: shape[2] }, () => black),
      white: Array.from({ length: shape[2] }, () => white),
    },
    { ...NONE, ...change },
  );
  return [...image];
}

it('a flip turns the image over, and twice is the original', () => {
  expect(changed({ flipX: true })).toEqual([3, 2, 1, 6, 5, 4, 9, 8, 7]);
  expect(changed({ flipY: true })).toEqual([7, 8, 9, 4, 5, 6, 1, 2, 3]);
  expect(changed({ flipX: true, flipY: true })).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
  for (const flip of [{ flipX: true }, { flipY: true }, { flipX: true, flipY: true }])
    expect(changed(flip, changed(flip))).toEqual(NINE);
});

it('a shift moves whole pixels and leaves black', () => {
  expect(changed({ right: 1 })).toEqual([0, 1, 2, 0, 4, 5, 0, 7, 8]);
  expect(changed({ down: -1, right: -1 })).toEqual([5, 6, 0, 8, 9, 0, 0, 0, 0]);
  expect(changed({ down: 2 }, NINE, [3, 3, 1], [-1, 1])).toEqual([-1, -1, -1, -1, -1, -1, 1, 2, 3]);
  expect(changed({ right: 3 })).toEqual(Array<number>(9).fill(0));
});

it('channels stay together', () => {
  const pairs = [1, -1, 2, -2, 3, -3, 4, -4];
  expect(changed({ flipX: true }, pairs, [2, 2, 2])).toEqual([2, -2, 1, -1, 4, -4, 3, -3]);
  expect(changed({ degrees: 90 }, pairs, [2, 2, 2])).toEqual([3, -3, 1, -1, 4, -4, 2, -2]);
});

it('a rotation by quarters is exact', () => {
  expect(changed({ degrees: 90 })).toEqual([7, 4, 1, 8, 5, 2, 9, 6, 3]);
  expect(changed({ degrees: -90 })).toEqual([3, 6, 9, 2, 5, 8, 1, 4, 7]);
  expect(changed({ degrees: 180 })).toEqual([...NINE].reverse());
  expect(changed({ degrees: 90 }, changed({ degrees: -90 }))).toEqual(NINE);
});

it('a rotation comes after a flip and before a shift', () => {
  const apart = changed({ right: 1 }, changed({ degrees: 90 }, changed({ flipX: true })));
  expect(changed({ flipX: true, degrees: 90, right: 1 })).toEqual(apart);
});

it('a rotation between quarters is bilinear, with black outside', () => {
  // The corners of the turned square lie outside the image, its middle stays.
  const turned = changed({ degrees: 45 }, Array<number>(9).fill(10));
  expect(turned[4]).toBe(10);
  const [corner] = turned;
  // The place of the corner lies sqrt(2) above the middle: (sqrt(2) - 1) of it is black.
  expect(corner).toBeCloseTo(10 * (2 - Math.SQRT2), 5);
});

it('brightness adds a share of the range, within it', () => {
  expect(changed({ brightness: 0.1 }, [0, 100, 250, 255], [2, 2, 1])).toEqual([25.5, 125.5, 255, 255]);
  expect(changed({ brightness: -0.5 }, [-1, 0, 1, 0.5], [2, 2, 1], [-1, 1])).toEqual([-1, -1, 0, -0.5]);
  // What comes in from outside stays black.
  expect(changed({ brightness: 0.2, right: 1 }, [0, 0], [1, 2, 1])).toEqual([0, 51]);
});

it('whole pixels and a full turn between pixels give the same image', () => {
  const values = Array.from({ length: 24 }, (_, i) => i + 1);
  for (const flipX of [false, true])
    for (const flipY of [false, true])
      for (const [right, down] of [
        [0, 0],
        [1, -2],
        [-3, 1],
        [5, 0],
      ]) {
        const change = { flipX, flipY, right: right!, down: down! };
        const whole = changed(change, values, [3, 4, 2]);
        for (const [i, value] of changed({ ...change, degrees: 360 }, values, [3, 4, 2]).entries())
          expect(value).toBeCloseTo(whole[i]!, 4);
      }
});
