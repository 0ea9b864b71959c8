import { tf } from '../tf';
import { cheaperGradients } from './cheaper';
import { dilatedGradients } from './dilated';
import { einsumGradient } from './einsum';
import type { GradientFunction } from './gradient-function';
import { tileGradient } from './tile';
import { unfuseDilated } from './unfused';
import { volumeGradient } from './volumes';

/**
 * Gradients that replace slow or missing gradients of tfjs. The `cpu` backend keeps its own, as the reference of
 * comparisons.
 */
const instead: Readonly<Record<string, GradientFunction>> = {
  ...cheaperGradients,
  ...Object.fromEntries(
    Object.entries({ ...dilatedGradients, Tile: tileGradient }).map(([name, ours]) => [name, exceptOnCpu(ours)]),
  ),
};

/** Functions that are constant almost everywhere. Of these tfjs only has a gradient for `GreaterEqual`. */
const STEPWISE = {
  pairs: ['Greater', 'Less', 'LessEqual', 'Equal', 'NotEqual'],
  single: ['Any', 'All'],
} as const;

/** Gradients that tfjs lacks. */
const added: readonly tf.GradConfig[] = [
  ...STEPWISE.pairs.map((kernelName) => stepwise(kernelName, ['a', 'b'])),
  ...STEPWISE.single.map((kernelName) => stepwise(kernelName, ['x'])),
  einsumGradient,
  volumeGradient,
];

/**
 * Replaces some gradients of tfjs and adds missing ones.
 *
 * @returns a function that restores the originals
 */
export function completeGradients(): () => void {
  const originals = Object.entries(instead).map(([kernelName, ours]) => {
    const original = tf.getGradient(kernelName);
    const gradFunc: tf.GradFunc = (dy, saved, attributes) =>
      (Array.isArray(dy) ? undefined : ours(dy, saved, attributes)) ?? original.gradFunc(dy, saved, attributes);
    tf.unregisterGradient(kernelName);
    tf.registerGradient({ ...original, gradFunc });
    return original;
  });
  const missing = added.filter(({ kernelName }) => !hasGradient(kernelName));
  for (const gradient of missing) tf.registerGradient(gradient);
  const fuseDilated = unfuseDilated();
  return () => {
    fuseDilated();
    for (const { kernelName } of missing) tf.unregisterGradient(kernelName);
    for (const original of originals) {
      tf.unregisterGradient(original.kernelName);
      tf.registerGradient(original);
    }
  };
}

const hasGradient = (kernelName: string): boolean =>
  (tf.getGradient(kernelName) as tf.GradConfig | undefined) !== undefined;

function exceptOnCpu(ours: GradientFunction): GradientFunction {
  return (dy, saved, attributes) => (tf.getBackend() === 'cpu' ? undefined : ours(dy, saved, attributes));
}

function stepwise(kernelName: string, inputs: readonly string[]): tf.GradConfig {
  return {
    kernelName,
    inputsToSave: [...inputs],
    gradFunc: (_, saved) =>
      Object.fromEntries(inputs.map((name, position) => [name, () => tf.zeros(saved[position]!.shape)])),
  };
}
