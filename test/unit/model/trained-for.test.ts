import { describe, expect, it } from 'vitest';
import { otherLoss } from '../../../src/engine/model/trained-for';

type Json = Readonly<Record<string, unknown>>;
const trainedWith = (loss: unknown): Json => ({ modelTopology: { training_config: { loss } } });
const lossOf = ({ modelTopology = {}, described }: { modelTopology?: Json; described?: Json }): string | undefined =>
  otherLoss({ modelTopology, described, tensors: new Map() });

describe('the cross-entropy of classes is no other loss', () => {
  it.each([
    'categorical_crossentropy',
    'sparse_categorical_crossentropy',
    'categoricalCrossentropy',
    'sparseCategoricalCrossentropy',
    'SparseCategoricalCrossentropy',
    'categorical_focal_crossentropy',
    { class_name: 'CategoricalCrossentropy', config: { from_logits: true } },
    { class_name: 'Custom>SparseCategoricalCrossentropy', config: {} },
    { class_name: 'LossFunctionWrapper', config: { name: 'sparse_categorical_crossentropy' } },
    { class_name: 'function', config: 'categorical_crossentropy' },
    ['categorical_crossentropy', 'sparse_categorical_crossentropy'],
    { first: 'categorical_crossentropy' },
    '',
    null,
    undefined,
    3,
  ])('%j', (loss) => {
    expect(lossOf(trainedWith(loss))).toBeUndefined();
  });

  it('nor is none at all', () => {
    expect(lossOf({})).toBeUndefined();
    expect(
      lossOf({ modelTopology: { training_config: null }, described: { trainingConfig: 'no object' } }),
    ).toBeUndefined();
  });
});

describe('another loss is told by its name', () => {
  it.each([
    ['mse', 'mse'],
    ['meanSquaredError', 'meanSquaredError'],
    ['binary_crossentropy', 'binary_crossentropy'],
    [{ class_name: 'MeanAbsoluteError', config: { name: 'mae' } }, 'MeanAbsoluteError'],
    [{ class_name: 'LossFunctionWrapper', config: { name: 'huber' } }, 'huber'],
    [{ class_name: 'function', config: 'yolo_loss' }, 'yolo_loss'],
    [{ class_name: 'function', config: { module: 'builtins' } }, 'function'],
    // One loss for each output.
    [['categorical_crossentropy', 'mse'], 'mse'],
    [{ class: 'sparse_categorical_crossentropy', box: { class_name: 'Huber', config: {} } }, 'Huber'],
  ])('%j', (loss, name) => {
    expect(lossOf(trainedWith(loss))).toBe(name);
  });

  it('wherever model.json has it', () => {
    expect(lossOf({ described: { trainingConfig: { loss: 'mse' } } })).toBe('mse');
    expect(lossOf({ described: { training_config: { loss: 'hinge' } } })).toBe('hinge');
  });

  it('and objects within objects are read to a bounded depth', () => {
    let loss: unknown = 'mse';
    for (let i = 0; i < 10_000; i++) loss = { inner: loss };
    expect(lossOf(trainedWith(loss))).toBeUndefined();
  });
});
