import { tf } from '../../tf';
import type { Convolution } from './convolution';
import type { Form, Problem, Sizes, Values } from './form';

/** Most groups: more of them hardly save, and each is a convolution of its own. */
const MOST = 32;

/**
 * A grouped convolution: channels are divided into groups, and each filter takes those of one group. Its start is the
 * kernel without the weights between groups. Stock TensorFlow.js cannot load it.
 */
export const grouped: Form = {
  name: 'grouped',
  whyNot: ({ op, inputs, outputs }) =>
    op.rank !== 2
      ? 'Secateur runs grouped convolutions of images only'
      : countsOf({ inputs, outputs }).length === 0
        ? `its ${inputs} and ${outputs} channels have no common divisor`
        : undefined,
  sizes: (convolution) =>
    countsOf(convolution)
      .map((count): Sizes => [count])
      .reverse(),
  macs: ({ macs }, [groups = 1]) => macs / groups,
  params: ({ taps, inputs, outputs }, [groups = 1]) => (taps * inputs * outputs) / groups,
  words: ([groups = 1]) => `grouped, ${groups} groups`,
  starts: (problem) => (sizes) => start(problem, sizes),
  compose: ({ taps, inputs, outputs }, [kernel]) => {
    const each = kernel!.shape[1]!;
    const groups = inputs / each;
    // Rows that are longer than the matrix by one block put the blocks on its diagonal.
    const rows = tf.reshape(kernel!, [taps * each, groups, outputs / groups]);
    const long = tf.pad(rows, [[0, 0], [0, 0], [0, outputs]]); // prettier-ignore
    const flat = tf.reshape(long, [taps * each, groups * (outputs / groups + outputs)]);
    const blocks = tf.reshape(tf.slice(flat, [0, 0], [-1, groups * outputs]), [taps, each, groups, outputs]);
    return tf.reshape(tf.transpose(blocks, [0, 2, 1, 3]), [taps * inputs, outputs]);
  },
};

/** Lists the numbers of groups that divide the channels, from the smallest. */
function countsOf({ inputs, outputs }: Pick<Convolution, 'inputs' | 'outputs'>): number[] {
  const all = Array.from({ length: MOST - 1 }, (_, i) => i + 2);
  return all.filter((count) => inputs % count === 0 && outputs % count === 0);
}

/** Returns the kernel, taps x inputs of a group x outputs. */
function start({ convolution: { taps, inputs, outputs }, kernel }: Problem, [groups = 1]: Sizes): Values[] {
  const [each, made] = [inputs / groups, outputs / groups];
  const data = new Float32Array(taps * each * outputs);
  for (let tap = 0; tap < taps; tap++)
    for (let input = 0; input < each; input++)
      for (let output = 0; output < outputs; output++) {
        const from = Math.floor(output / made) * each + input;
        data[(tap * each + input) * outputs + output] = kernel[(tap * inputs + from) * outputs + output]!;
      }
  return [{ shape: [taps, each, outputs], data }];
}
