import { beforeAll, describe, expect, it } from 'vitest';
import { withTask } from '../../../src/engine/measure/tasked-network';
import { networkOf } from '../../../src/engine/model/layers-model/network';
import { changesFor, checkAugment } from '../../../src/engine/train/augmentation';
import { teacherOf } from '../../../src/engine/train/teacher';
import { UserError } from '../../../src/protocol/errors';
import { tf, tinyDataset, tinyNetwork } from './tiny';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const ALL = { flip: 'both', shift: 0.2, crop: 2, rotate: 30, brightness: 0.3 } as const;
const SHAPE = [10, 20, 1];
const members = Uint32Array.from({ length: 500 }, (_, i) => i);

describe('changes', () => {
  it('are the same for the same seeds and example, wherever it stands in a batch', () => {
    const all = changesFor(ALL, SHAPE, members, [1, 2, 3]);
    expect(changesFor(ALL, SHAPE, members, [1, 2, 3])).toEqual(all);
    expect(changesFor(ALL, SHAPE, Uint32Array.of(7, 3), [1, 2, 3])).toEqual([all[7], all[3]]);
    expect(changesFor(ALL, SHAPE, members, [1, 2, 4])).not.toEqual(all);
    expect(all[0]).not.toEqual(all[1]);
  });

  it('use their whole range and nothing beyond', () => {
    const all = changesFor(ALL, SHAPE, members, [1]);
    const [downs, rights] = [all.map(({ down }) => down), all.map(({ right }) => right)];
    expect([Math.min(...downs), Math.max(...downs)]).toEqual([-4, 4]);
    expect([Math.min(...rights), Math.max(...rights)]).toEqual([-6, 6]);
    for (const [name, most] of [
      ['degrees', 30],
      ['brightness', 0.3],
    ] as const) {
      const values = all.map((change) => change[name]);
      expect(Math.min(...values)).toBeGreaterThanOrEqual(-most);
      expect(Math.min(...values)).toBeLessThan(-0.9 * most);
      expect(Math.max(...values)).toBeLessThanOrEqual(most);
      expect(Math.max(...values)).toBeGreaterThan(0.9 * most);
    }
    for (const name of ['flipX', 'flipY'] as const)
      expect(all.filter((change) => change[name]).length / all.length).toBeCloseTo(0.5, 1);
  });

  it('are none for what is not asked for, and one option leaves the others as they are', () => {
    const none = { brightness: 0, flipX: false, flipY: false, degrees: 0, right: 0, down: 0 };
    for (const change of changesFor({}, SHAPE, members.subarray(0, 20), [1]))
      for (const [name, value] of Object.entries(none)) expect(change[name as keyof typeof none]).toBe(value);
    const both = changesFor({ ...ALL, rotate: 0, brightness: 0 }, SHAPE, members, [1]);
    expect(both.map(({ flipX, right }) => [flipX, right])).toEqual(
      changesFor(ALL, SHAPE, members, [1]).map(({ flipX, right }) => [flipX, right]),
    );
    expect(changesFor({ flip: 'horizontal' }, SHAPE, members, [1]).some(({ flipY }) => flipY)).toBe(false);
  });
});

it('data that is no images, and a crop of all of an image, are refused', async () => {
  const { info, kind, shape } = await tinyDataset();
  expect(() => checkAugment({ crop: 5 }, { info, kind, shape })).not.toThrow();
  expect(() => checkAugment({ crop: 6 }, { info, kind, shape })).toThrow(
    new UserError(
      'The images of shapes are 6x6, so that "crop" in "augment" must be less than 6 pixels: give a smaller one.',
    ),
  );
  const sentence = new UserError(
    'The examples of shapes are no images of pixels, so that "augment" cannot change them: leave "augment" out.',
  );
  expect(() => checkAugment({ flip: 'both' }, { info, kind: 'numbers', shape })).toThrow(sentence);
  expect(() => checkAugment({ flip: 'both' }, { info, kind, shape: [36] })).toThrow(sentence);
});

it('a change means the same pixels under each normalization', async () => {
  const data = await tinyDataset();
  const pixels = (mean: number, std: number): number[] => {
    const images = data.under({ mean, std, from: 'given' }).split('train');
    const batch = images.batch(0, 20);
    const { values } = images.changed(batch, changesFor(ALL, images.shape, batch.members, [5]));
    return Array.from(values, (value) => 255 * (value * std + mean));
  };
  const [raw, halves] = [pixels(0, 1 / 255), pixels(0.5, 0.5)];
  for (const [i, value] of raw.entries()) expect(halves[i]).toBeCloseTo(value, 2);
});

it('a teacher sees the changed images of the student, with its own normalization', async () => {
  const data = await tinyDataset();
  const [students, its] = [data.split('train'), data.under({ mean: 0, std: 1, from: 'given' }).split('train')];
  const tasked = withTask(networkOf(tinyNetwork(7)), its);
  const teacher = await teacherOf(tasked, its, { temperature: 3, augmented: true });
  const plain = students.batch(40, 20);
  const changes = changesFor(ALL, students.shape, plain.members, [1]);
  const [answers] = await teacher.answers(students.changed(plain, changes));
  const logitsOf = (batch: typeof plain): Float32Array =>
    tf.tidy(() =>
      tf
        .softmax(tf.div(tasked.scores(batch), 3))
        .dataSync<'float32'>()
        .slice(),
    );
  const expected = logitsOf(its.changed(its.batch(40, 20), changes));
  for (const [i, value] of expected.entries()) expect(answers![i]).toBeCloseTo(value, 6);
  expect(Math.max(...logitsOf(its.batch(40, 20)).map((value, i) => Math.abs(value - answers![i]!)))).toBeGreaterThan(
    0.01,
  );
});
