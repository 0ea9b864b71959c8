import { expect, test } from 'vitest';
import { PLANTS, type Plant } from '../../../scripts/garden/plants';
import { render } from '../../../scripts/garden/render';

const SIZE = 24;

test.each(Object.entries(PLANTS))(
  'a picture of %s is the same for one seed, another for another, and opaque',
  (_, plant) => {
    const picture = render(plant, SIZE, 1, 2, 3);
    expect(render(plant, SIZE, 1, 2, 3)).toEqual(picture);
    expect(render(plant, SIZE, 1, 2, 4)).not.toEqual(picture);
    expect(picture.length).toBe(SIZE * SIZE * 4);
    expect(picture.every((value, i) => i % 4 !== 3 || value === 255)).toBe(true);
  },
);

test('a plant lies over the ground', () => {
  const pink: Plant = () => [{ color: [255, 0, 255], has: () => true }];
  const picture = render(pink, SIZE, 1);
  const [red, green, blue] = [0, 1, 2].map((channel) =>
    picture.filter((_, i) => i % 4 === channel).reduce((sum, value) => sum + value, 0),
  );
  expect(green! * 10).toBeLessThan(Math.min(red!, blue!));
});
