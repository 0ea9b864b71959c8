import { describe, expect, it } from 'vitest';
import { trainedFor } from '../../../src/engine/model/trained-for';

type Json = Readonly<Record<string, unknown>>;
const trainedWith = (loss: unknown, more: Json = {}): Json => ({
  modelTopology: { training_config: { loss, ...more } },
});
const read = ({ modelTopology = {}, described }: { modelTopology?: Json; described?: Json }) =>
  trainedFor({ modelTopology, described, tensors: new Map() });
/** The name of the loss of an output: one of Keras, or that of an unknown one in quotes. */
function lossOf(model: Parameters<typeof read>[0], output = { name: 'out', index: 0 }): string | undefined {
  const loss = read(model)?.lossOf(output);
  return loss && ('unknown' in loss ? `"${loss.unknown}"` : loss.name);
}

describe('a loss is recognized as Keras and TensorFlow.js write it', () => {
  it.each([
    ['categorical_crossentropy', 'categorical_crossentropy'],
    ['sparse_categorical_crossentropy', 'categorical_crossentropy'],
    ['sparseCategoricalCrossentropy', 'categorical_crossentropy'],
    ['SparseCategoricalCrossentropy', 'categorical_crossentropy'],
    [{ class_name: 'CategoricalCrossentropy', config: { from_logits: true } }, 'categorical_crossentropy'],
    [{ class_name: 'Custom>SparseCategoricalCrossentropy', config: {} }, 'categorical_crossentropy'],
    [{ class_name: 'LossFunctionWrapper', config: { name: 'sparse_categorical_crossentropy' } }, 'categorical_crossentropy'], // prettier-ignore
    [{ class_name: 'LossFunctionWrapper', config: { fn: 'mean_squared_error', name: 'mine' } }, 'mean_squared_error'],
    [{ class_name: 'function', config: 'categorical_crossentropy' }, 'categorical_crossentropy'],
    [['categorical_crossentropy'], 'categorical_crossentropy'],
    [{ other: 'mse' }, 'mean_squared_error'],
    ['mse', 'mean_squared_error'],
    ['meanSquaredError', 'mean_squared_error'],
    ['binary_crossentropy', 'binary_crossentropy'],
    [{ class_name: 'MeanAbsoluteError', config: { name: 'mae' } }, 'mean_absolute_error'],
    [{ class_name: 'KLDivergence', config: {} }, 'kl_divergence'],
    [{ class_name: 'function', config: 'yolo_loss' }, '"yolo_loss"'],
    [{ class_name: 'function', config: { module: 'builtins' } }, '"function"'],
    ['', undefined],
    [null, undefined],
    [3, undefined],
  ])('%j', (loss, name) => {
    expect(lossOf(trainedWith(loss))).toBe(name);
  });

  it('wherever model.json has it', () => {
    expect(lossOf({ described: { trainingConfig: { loss: 'mse' } } })).toBe('mean_squared_error');
    expect(lossOf({ described: { training_config: { loss: 'hinge' } } })).toBe('hinge');
    expect(lossOf({ modelTopology: { compile_config: { loss: 'mae' } } })).toBe('mean_absolute_error');
    expect(lossOf({ modelTopology: { training_config: null }, described: { trainingConfig: 'none' } })).toBeUndefined();
  });

  it('with its options', () => {
    const config = { label_smoothing: 0.1, delta: 3, alpha: 0.5, gamma: 4, apply_class_balancing: true };
    const loss = read(trainedWith({ class_name: 'Huber', config }))?.lossOf({ name: 'out', index: 0 });
    expect(loss).toEqual({ name: 'huber', smoothing: 0.1, delta: 3, alpha: 0.5, gamma: 4, balanced: true });
    const broken = { class_name: 'Huber', config: { delta: -1, label_smoothing: 'much' } };
    expect(read(trainedWith(broken))?.lossOf({ name: 'out', index: 0 })).toMatchObject({ delta: 1, smoothing: 0 });
  });
});

describe('each output has its own loss and weight', () => {
  const second = { name: 'box', index: 1 };
  it.each([
    [['categorical_crossentropy', 'mse']],
    [{ class: 'sparse_categorical_crossentropy', box: { class_name: 'MeanSquaredError', config: {} } }],
    ['mse'],
  ])('%j', (loss) => {
    expect(lossOf(trainedWith(loss), second)).toBe('mean_squared_error');
  });

  it('by name or by place', () => {
    for (const weights of [[1, 0.25], { class: 1, box: 0.25 }])
      expect(read(trainedWith('mse', { loss_weights: weights }))?.weightOf(second)).toBe(0.25);
    expect(read(trainedWith('mse', { loss_weights: null }))?.weightOf(second)).toBe(1);
    expect(lossOf(trainedWith({ class: 'mse', toString: 'mse' }), second)).toBeUndefined();
  });
});
