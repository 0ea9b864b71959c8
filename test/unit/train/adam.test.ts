import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../../src/engine/tf';
import { Random } from '../../../src/engine/dataset/random';
import { Adam, type AdamState } from '../../../src/engine/train/adam';
import type { TrainedWeight } from '../../../src/engine/train/slot';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const none = { masks: new Map<string, Uint8Array>() };
const weight = (values: number[]): TrainedWeight => ({ name: 'w', variable: tf.variable(tf.tensor1d(values)) });
const normal = (random: Random): number => (random.below(2001) - 1000) / 500;

function step(adam: Adam, { variable }: TrainedWeight, gradient: number[]): void {
  const { rate, epsilon } = adam.begin(0.01);
  tf.tidy(() => {
    adam.apply({ [variable.name]: tf.tensor1d(gradient) }, { rate: tf.scalar(rate), epsilon: tf.scalar(epsilon) });
  });
}

describe('Adam', () => {
  it('goes the way of tf.train.adam', () => {
    const random = new Random(1);
    const start = [0.5, -1, 2];
    const ours = weight(start);
    const theirs = weight(start);
    const adam = new Adam([ours], none);
    const reference = tf.train.adam(0.01, 0.9, 0.999, 1e-8);
    for (let i = 0; i < 50; i++) {
      const gradient = start.map(() => normal(random));
      step(adam, ours, gradient);
      tf.tidy(() => reference.applyGradients([{ name: theirs.variable.name, tensor: tf.tensor1d(gradient) }]));
    }
    const expected = theirs.variable.dataSync();
    ours.variable.dataSync().forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
  });

  it('leaves masked zeros and their moments exactly as they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }), fc.nat(), async (kept, seed) => {
        const random = new Random(seed);
        const held = weight(kept.map((keep) => (keep ? normal(random) : 0)));
        const adam = new Adam([held], { masks: new Map([['w', Uint8Array.from(kept, Number)]]) });
        for (let i = 0; i < 5; i++)
          step(
            adam,
            held,
            kept.map(() => normal(random) * 1e3),
          );
        const after = held.variable.dataSync();
        const { slots } = await adam.save();
        kept.forEach((keep, i) => {
          if (!keep) expect([after[i], slots[0]!.m[i], slots[0]!.v[i]]).toEqual([0, 0, 0]);
        });
        adam.dispose();
        held.variable.dispose();
      }),
      { numRuns: 30 },
    );
  });

  it('goes on to the same bits from what it saved', async () => {
    const random = new Random(2);
    const gradients = Array.from({ length: 20 }, () => [normal(random), normal(random)]);
    const whole = weight([1, -1]);
    const adam = new Adam([whole], none);
    let saved: { state: AdamState; values: number[] } | undefined;
    for (const [i, gradient] of gradients.entries()) {
      if (i === 11) saved = { state: await adam.save(), values: [...whole.variable.dataSync()] };
      step(adam, whole, gradient);
    }
    const resumed = weight(saved!.values);
    const again = new Adam([resumed], none, JSON.parse(JSON.stringify(saved!.state, floats), revive) as AdamState);
    for (const gradient of gradients.slice(11)) step(again, resumed, gradient);
    expect([...resumed.variable.dataSync()]).toEqual([...whole.variable.dataSync()]);
  });

  it('refuses a state of other weights', () => {
    const state = { accBeta1: 1, accBeta2: 1, slots: [{ name: 'v', m: new Float32Array(2), v: new Float32Array(2) }] };
    expect(() => new Adam([weight([1, 2])], none, state)).toThrow(
      /the state of its optimiser is not that of the model \(w\)/,
    );
  });
});

const floats = (_: string, value: unknown): unknown => (value instanceof Float32Array ? { floats: [...value] } : value);
const revive = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'floats' in value
    ? Float32Array.from(value.floats as number[])
    : value;
