import { tf } from '../tf';
import { cheaperGradients } from './cheaper';
import { dilatedGradients } from './dilated';
import { einsumGradient } from './einsum';
import type { GradientFunction } from './gradient-function';
import { tileGradient } from './tile';
import { unfuseDilated } from './unfused';
import { volumeGradient } from './volumes';

/** In the place of tfjs's own, which is slow or refuses. The `cpu` backend keeps its own: it is what others are compared with. */
const instead: Readonly<Record<string, GradientFunction>> = {
  ...cheaperGradients,
  ...Object.fromEntries(
    Object.entries({ ...dilatedGradients, Tile: tileGradient }).map(([name, ours]) => [name, exceptOnCpu(ours)]),
  ),
};

/** What does not change where its inputs hardly do: tfjs knows that of `GreaterEqual` alone. */
const STEPWISE = {
  pairs: ['Greater', 'Less', 'LessEqual', 'Equal', 'NotEqual'],
  single: ['Any', 'All'],
} as const;

/** Where tfjs has none. */
const added: readonly tf.GradConfig[] = [
  ...STEPWISE.pairs.map((kernelName) => stepwise(kernelName, ['a', 'b'])),
  ...STEPWISE.single.map((kernelName) => stepwise(kernelName, ['x'])),
  einsumGradient,
  volumeGradient,
];

/**
 * Gives tfjs other forms of some gradients, and gradients that it does not have. Until the function that it returns is
 * called.
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
