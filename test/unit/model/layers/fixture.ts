import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { ModelContent } from '../../../../src/engine/checkpoint/types';
import { tf } from '../../../../src/engine/tf';

const FOLDER = path.join(__dirname, '../../../fixtures/keras/layers');

const Numbers = z.object({ shape: z.array(z.number()), values: z.array(z.number()) });
const Fixture = z.object({
  modelTopology: z.record(z.string(), z.unknown()),
  weights: z.record(z.string(), Numbers.extend({ dtype: z.enum(['float32', 'int32']) })),
  inputs: z.array(Numbers),
  outputs: z.array(Numbers),
  gradients: z.record(z.string(), Numbers),
});

/** What Keras computed, see test/fixtures/keras/layers.py. */
export type Fixture = z.infer<typeof Fixture>;

const namesIn = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => (name.endsWith('.json') ? [path.basename(name, '.json')] : []));

/** Names of all cases that run, and of those that are refused. */
export const CASES = namesIn(FOLDER);
export const REFUSED = namesIn(path.join(FOLDER, 'refused')).map((name) => path.join('refused', name));

export const fixture = (name: string): Fixture =>
  Fixture.parse(JSON.parse(readFileSync(path.join(FOLDER, `${name}.json`), 'utf8')));

export const contentOf = ({ modelTopology, weights }: Fixture): ModelContent => ({
  format: 'layers-model',
  modelTopology,
  tensors: new Map(
    Object.entries(weights).map(([name, { shape, values, dtype }]) => {
      const data = dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values);
      return [name, { name, shape, dtype, data }];
    }),
  ),
});

export const inputsOf = ({ inputs }: Fixture): tf.Tensor[] =>
  inputs.map(({ shape, values }) => tf.tensor(values, shape, 'float32'));

/** The largest of some numbers, signs left out. */
export const largest = (values: readonly number[]): number =>
  values.reduce((most, one) => Math.max(most, Math.abs(one)), 0);

/** How far numbers are from those of Keras, as a share of `scale`. */
export const distance = (own: ArrayLike<number>, keras: readonly number[], scale = largest(keras)): number =>
  largest(keras.map((one, i) => one - own[i]!)) / scale;
