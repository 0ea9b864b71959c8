import { describe, expect, it } from 'vitest';
import { readOp } from '../../../src/engine/model/layers-model/ops/read';

describe('op', () => {
  it('says what a layer computes, with what the file leaves out as Keras has it', () => {
    expect(readOp('Conv2D', { filters: 8, kernel_size: 3, padding: 'same', activation: 'relu' })).toEqual({
      kind: 'conv',
      rank: 2,
      filters: 8,
      window: { size: [3, 3], strides: [1, 1], dilation: [1, 1], padding: 'same' },
      groups: 1,
      activation: 'relu',
      channelsFirst: false,
    });
    expect(readOp('MaxPooling2D', { pool_size: [2, 3], data_format: 'channels_first' })).toMatchObject({
      window: { size: [2, 3], strides: [2, 3], padding: 'valid' },
      channelsFirst: true,
    });
    expect(readOp('BatchNormalization', { axis: [3] })).toMatchObject({ axis: 3, epsilon: 1e-3 });
    expect(readOp('LeakyReLU', {})).toMatchObject({ kind: 'activation', slope: 0.3, threshold: 0 });
  });

  it('names activations alike in all dialects', () => {
    const named = (activation: unknown) => readOp('Dense', { units: 1, activation });
    const keras3 = { class_name: 'function', config: 'hard_sigmoid', module: 'builtins', registered_name: 'function' };
    for (const one of ['hard_sigmoid', 'hardSigmoid', keras3]) expect(named(one)).toMatchObject({ activation: 'hardsigmoid' }); // prettier-ignore
    for (const none of [undefined, null, 'linear']) expect(named(none)).toMatchObject({ activation: 'linear' });
    expect(named(7)).toMatchObject({ activation: 'unknown' });
  });

  it('leaves open what cannot be read, and never throws', () => {
    expect(readOp('Conv1D', { filters: 'many', kernel_size: [1, 2], strides: {} })).toMatchObject({
      filters: null,
      window: { size: null, strides: null },
    });
    expect(readOp('BatchNormalization', { axis: [1, 2] })).toMatchObject({ axis: null });
    expect(readOp('RNN', { cell: { class_name: 'MyCell', config: {} } })).toMatchObject({ cells: null });
    expect(readOp('Mine', { units: 3 })).toEqual({ kind: 'unknown', channelsFirst: false });
    expect(readOp('constructor', {}).kind).toBe('unknown');
  });

  it('reads what wrappers hold, but not without end', () => {
    const wrap = (layer: unknown) => ({ class_name: 'TimeDistributed', config: { layer } });
    expect(readOp('TimeDistributed', wrap({ class_name: 'Dense', config: { units: 2 } }).config)).toMatchObject({
      inner: { kind: 'dense', units: 2 },
    });
    let deep: ReturnType<typeof wrap> = wrap(null);
    for (let i = 0; i < 1000; i++) deep = wrap(deep);
    expect(readOp('TimeDistributed', deep.config).kind).toBe('time-distributed');
  });
});
