import { beforeAll, describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { RemoveStep } from '../../../src/protocol/steps/remove';
import { tf } from '../../../src/engine/tf';
import type { ModelContent, Tensor } from '../../../src/engine/checkpoint/types';
import { channelGroups } from '../../../src/engine/compress/remove/channels';
import { planRemove } from '../../../src/engine/compress/remove/plan';
import { removeByStep } from '../../../src/engine/compress/remove/remove';
import { numbers } from 'tfjs-backend-onnxruntime/testing/networks/index';

beforeAll(() => tf.setBackend('cpu'));

interface Described {
  readonly name: string;
  readonly class_name: string;
  readonly config: Record<string, unknown>;
  readonly inbound_nodes: unknown[];
}

/** A functional model written by hand, whose layers may be of any type. */
class ByHand {
  readonly #layers: Described[] = [];
  readonly #tensors = new Map<string, Tensor>();

  layer(type: string, name: string, from: readonly string[], config: Record<string, unknown> = {}): string {
    this.#layers.push({
      name,
      class_name: type,
      config: { name, ...config },
      inbound_nodes: from.length === 0 ? [] : [from.map((one) => [one, 0, 0, {}])],
    });
    return name;
  }

  input(shape: readonly (number | null)[]): string {
    return this.layer('InputLayer', 'input', [], { batch_input_shape: [null, ...shape] });
  }

  conv(name: string, from: string, inputs: number, filters: number): string {
    this.#add(`${name}/kernel`, [3, 3, inputs, filters]);
    this.#add(`${name}/bias`, [filters]);
    return this.layer('Conv2D', name, [from], { filters, kernel_size: [3, 3], padding: 'same', activation: 'relu' });
  }

  dense(name: string, from: string, inputs: number, units: number): string {
    this.#add(`${name}/kernel`, [inputs, units]);
    this.#add(`${name}/bias`, [units]);
    return this.layer('Dense', name, [from], { units, activation: 'linear' });
  }

  #add(name: string, shape: number[]): void {
    const data = numbers(
      shape.reduce((all, size) => all * size, 1),
      this.#tensors.size + 1,
    );
    this.#tensors.set(name, { name, shape, dtype: 'float32', data });
  }

  model(outputs: readonly string[]): ModelContent {
    const config = {
      name: 'by_hand',
      layers: this.#layers,
      input_layers: [['input', 0, 0]],
      output_layers: outputs.map((name) => [name, 0, 0]),
    };
    return { modelTopology: { class_name: 'Model', config }, tensors: this.#tensors };
  }
}

/** Dense blocks as in ESRGAN: what each adds to the trunk is scaled by a layer that TensorFlow.js does not know. */
function superResolution(blocks: number, size: number | null = 8): ModelContent {
  const hand = new ByHand();
  let trunk = hand.conv('first', hand.input([size, size, 3]), 3, 8);
  for (let i = 1; i <= blocks; i++) {
    const one = hand.conv(`b${i}_1`, trunk, 8, 4);
    const two = hand.conv(`b${i}_2`, hand.layer('Concatenate', `b${i}_a`, [trunk, one], { axis: -1 }), 12, 4);
    const three = hand.conv(`b${i}_3`, hand.layer('Concatenate', `b${i}_b`, [trunk, one, two], { axis: 3 }), 16, 8);
    const scaled = hand.layer('MultiplyBeta', `b${i}_beta`, [three], { beta: 0.2 });
    trunk = hand.layer('Add', `b${i}_add`, [trunk, scaled]);
  }
  const large = hand.layer('PixelShuffle', 'shuffle', [hand.conv('up', trunk, 8, 16)], { scale: 2 });
  return hand.model([hand.conv('last', large, 4, 3)]);
}

const even = (model: ModelContent) =>
  new Map([...new Set(channelGroups(model).layers.flatMap(({ outputs }) => outputs))].map((one) => [one, 1]));
const plan = (model: ModelContent, step: Omit<z.input<typeof RemoveStep>, 'step'>) =>
  planRemove(model, RemoveStep.parse({ step: 'remove', ...step }), even(model));

describe('a layer of an unknown type', () => {
  it('stops the removal only where channels flow through it, by its name and type', () => {
    for (const size of [8, null]) {
      const model = superResolution(3, size);
      const { layers: listed, outcome, model: smaller } = plan(model, { amount: { channels: 0.5 }, scope: 'layer' });
      for (const { name, state, reason } of listed.filter(({ type }) => type === 'Conv2D'))
        if (/^b\d_[12]$/.test(name)) expect(state, name).toBe('removed');
        else {
          expect(state, name).toMatch(/follows|skipped/);
          if (name !== 'last')
            expect(reason).toMatch(
              /"b\d_beta" \(MultiplyBeta: the effect of this type of layer on channels is unknown\)|"shuffle" \(PixelShuffle/,
            );
        }
      expect(smaller.tensors.get('b2_2/kernel')!.shape).toEqual([3, 3, 10, 2]);
      expect(smaller.tensors.get('b2_3/kernel')!.shape).toEqual([3, 3, 12, 8]);
      // 24 channels of dense blocks may go; the trunk of 8, what is scaled and what is shuffled may not.
      expect(outcome.reached.channels).toBeCloseTo(12 / (24 + 8 + 24 + 16));
      expect(outcome.asked).toEqual({ of: 'channels', share: 0.5 });
      expect(outcome.stoppedBy.map(({ layer, type, layers: count }) => [layer, type, count])).toEqual([
        ['b1_beta', 'MultiplyBeta', 2],
        ['shuffle', 'PixelShuffle', 1],
        ['b2_beta', 'MultiplyBeta', 1],
        ['b3_beta', 'MultiplyBeta', 1],
      ]);
      expect(outcome.shortfall).toMatch(
        /^asked for 50% of the channels, \d+% removed: the layer "b1_beta" \(type MultiplyBeta\) stops the removal in 2 layers, because the effect of this type of layer on channels is unknown \(3 more layers stop it elsewhere\)$/,
      );
    }
  });

  it('is named where it lets nothing go, and not the input of the model', () => {
    const hand = new ByHand();
    const odd = hand.layer('Antirectifier', 'odd', [hand.dense('one', hand.input([6]), 6, 5)]);
    const model = hand.model([hand.dense('out', odd, 10, 3)]);
    expect(() => plan(model, { amount: { channels: 0.3 } })).toThrow(
      /^The model has no channels that can be removed: the layer "odd" \(type Antirectifier\) stops the removal in 1 layer, because the effect of this type of layer on channels is unknown; /,
    );
    expect(() => plan(model, { layers: { one: 0.3 } })).toThrow(/"odd" \(type Antirectifier\)/);
  });

  it('is named where a share of the parameters cannot be reached', () => {
    expect(() => plan(superResolution(1), { amount: { params: 0.9 } })).toThrow(
      /^A share of 90% of the parameters cannot be removed, because the layer "b1_beta" \(type MultiplyBeta\) stops .*: ask for \d+(\.\d)?% at most\.$/,
    );
  });

  it('leaves other branches alone, and what cannot be run is not compared, which is said', async () => {
    const hand = new ByHand();
    const input = hand.input([8, 8, 3]);
    const free = hand.conv('free', input, 3, 6);
    const odd = hand.layer('Mystery', 'odd', [hand.conv('stopped', input, 3, 6)]);
    const left = hand.layer('GlobalAveragePooling2D', 'pool1', [hand.conv('after', free, 6, 4)]);
    const right = hand.layer('GlobalAveragePooling2D', 'pool2', [odd]);
    const model = hand.model([hand.dense('out1', left, 4, 2), hand.dense('out2', right, 6, 2)]);
    const step = RemoveStep.parse({ step: 'remove', amount: { channels: 0.5 }, scope: 'layer' });
    const done = await removeByStep(model, step, { seed: 0, dataset: null });
    const states = Object.fromEntries(done.layers.map(({ name, state }) => [name, state]));
    expect(states).toMatchObject({ free: 'removed', after: 'removed', stopped: 'skipped', odd: 'skipped' });
    expect(done.layers.find(({ name }) => name === 'odd')!.reason).toMatch(/^it stops the removal: /);
    expect(done.difference).toBeNull();
    expect(done.notCompared).toMatch(/"odd" has the type "Mystery"/);
  });
});

it('every layer keeps its channels where nothing is asked, and says so', () => {
  const { layers: listed, outcome } = plan(superResolution(2), { amount: { channels: 0 } });
  expect(listed.filter(({ state }) => state === 'removed' || state === 'follows')).toEqual([]);
  expect(outcome.shortfall).toBeUndefined();
});

it('a share that whole blocks do not let through is told', () => {
  const hand = new ByHand();
  const model = hand.model([hand.dense('out', hand.dense('one', hand.input([6]), 6, 12), 12, 3)]);
  expect(plan(model, { layers: { one: 0.5 }, multipleOf: 8 }).outcome.shortfall).toBe(
    'asked for 50% of the channels of "one", 33% removed: widths stay multiples of 8, and every layer keeps a channel',
  );
});

it('recurrent layers and embeddings count among the channels that were asked for, and are named', () => {
  const hand = new ByHand();
  const words = hand.layer('Embedding', 'words', [hand.input([7])], { input_dim: 20, output_dim: 8 });
  const lstm = hand.layer('LSTM', 'lstm', [words], { units: 16 });
  const model = hand.model([hand.dense('out', hand.dense('hidden', lstm, 16, 8), 8, 2)]);
  const { outcome } = plan(model, { amount: { channels: 0.5 } });
  expect(outcome.reached.channels).toBeCloseTo(4 / 32);
  expect(outcome.shortfall).toMatch(
    /^asked for 50% of the channels, 13% removed: the layer "lstm" \(type LSTM\) stops the removal in \d layers?, because the states of a recurrent layer are coupled/,
  );
});

it('channels pass through what acts in training only, and stop where they are normalised in groups', () => {
  const through = (type: string, config: Record<string, unknown>) => {
    const hand = new ByHand();
    const made = hand.layer(type, 'between', [hand.conv('first', hand.input([8, 8, 3]), 3, 8)], config);
    const model = hand.model([hand.conv('last', made, 8, 2)]);
    return () => plan(model, { amount: { channels: 0.5 } }).model.tensors.get('last/kernel')!.shape;
  };
  expect(through('SpatialDropout2D', { rate: 0.5 })()).toEqual([3, 3, 4, 2]);
  expect(through('GroupNormalization', { groups: 4 })).toThrow(
    /"between" \(type GroupNormalization\) .* because its mean and variance depend on groups of channels/,
  );
});

it('channels that are too many to be followed one by one are refused in one sentence', () => {
  const modelTopology = {
    class_name: 'Sequential',
    config: {
      name: 'm',
      layers: [
        { class_name: 'Activation', config: { name: 'a', activation: 'relu', batch_input_shape: [null, 2 ** 20] } },
      ],
    },
  };
  expect(() => channelGroups({ modelTopology, tensors: new Map() })).toThrow(
    /^A layer of the model makes 1,048,576 channels, more than the limit of 262,144, so none can be removed: prune its weights instead\.$/,
  );
});
