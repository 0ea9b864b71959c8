import { tf } from '../backend/tf';

/** A weight that is trained: the name it has in the checkpoint, and its variable. */
export interface TrainedWeight {
  name: string;
  variable: tf.Variable;
}

/** All that Adam remembers, exactly: what a resumed run needs to go on to the same bytes. */
export interface AdamState {
  /** beta1 and beta2 to the power of the steps done, as they were accumulated. */
  accBeta1: number;
  accBeta2: number;
  /** First and second moment of each weight. */
  slots: { name: string; m: Float32Array; v: Float32Array }[];
}

/** The defaults of Kingma and Ba (2015). */
const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

interface Slot {
  weight: TrainedWeight;
  m: tf.Variable;
  v: tf.Variable;
  mask: tf.Tensor | undefined;
}

/**
 * Adam (Kingma and Ba 2015, the form at the end of their section 2), with moments that can be saved and restored.
 * A weight under a mask of zeros and ones gets no gradient where the mask is 0: both moments stay exactly 0 there, the
 * update is exactly 0, and a weight that was 0 is the same 0 after any number of steps.
 */
export class Adam {
  private readonly slots: Slot[];
  private accBeta1: number;
  private accBeta2: number;

  /** `masks` by weight name, one value for each element. A `state` must hold a slot for each weight. */
  constructor(weights: readonly TrainedWeight[], masks: ReadonlyMap<string, Uint8Array>, state?: AdamState) {
    const saved = new Map(state?.slots.map((slot) => [slot.name, slot]));
    this.accBeta1 = state?.accBeta1 ?? 1;
    this.accBeta2 = state?.accBeta2 ?? 1;
    this.slots = weights.map((weight) => {
      const { shape, size } = weight.variable;
      const slot = saved.get(weight.name);
      if (state && (slot?.m.length !== size || slot.v.length !== size))
        throw new Error(`the optimiser state has no fitting slot for ${weight.name}`);
      const mask = masks.get(weight.name);
      return {
        weight,
        m: moment(slot?.m, shape),
        v: moment(slot?.v, shape),
        mask: mask && tf.tensor(Float32Array.from(mask), shape),
      };
    });
  }

  /** One step; `gradients` by the name of the variable. Call it within a tidy. */
  step(gradients: Readonly<Record<string, tf.Tensor>>, learningRate: number): void {
    this.accBeta1 *= BETA1;
    this.accBeta2 *= BETA2;
    const correction = Math.sqrt(1 - this.accBeta2);
    const rate = tf.scalar((-learningRate * correction) / (1 - this.accBeta1));
    const epsilon = tf.scalar(EPSILON * correction);
    for (const { weight, m, v, mask } of this.slots) {
      const raw = gradients[weight.variable.name];
      if (!raw) continue;
      const gradient = mask ? tf.mul(raw, mask) : raw;
      const first = tf.add(tf.mul(m, BETA1), tf.mul(gradient, 1 - BETA1));
      const second = tf.add(tf.mul(v, BETA2), tf.mul(tf.square(gradient), 1 - BETA2));
      m.assign(first);
      v.assign(second);
      weight.variable.assign(tf.add(weight.variable, tf.mul(tf.div(first, tf.add(tf.sqrt(second), epsilon)), rate)));
    }
  }

  /** A copy of all that a later Adam needs to go on from here. */
  async save(): Promise<AdamState> {
    const slots: AdamState['slots'] = [];
    for (const { weight, m, v } of this.slots) {
      const [first, second] = [await m.data<'float32'>(), await v.data<'float32'>()];
      slots.push({ name: weight.name, m: first.slice(), v: second.slice() });
    }
    return { accBeta1: this.accBeta1, accBeta2: this.accBeta2, slots };
  }

  dispose(): void {
    for (const { m, v, mask } of this.slots) tf.dispose(mask ? [m, v, mask] : [m, v]);
  }
}

function moment(values: Float32Array | undefined, shape: number[]): tf.Variable {
  return tf.tidy(() => tf.variable(values ? tf.tensor(values.slice(), shape) : tf.zeros(shape), false));
}
