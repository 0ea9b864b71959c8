import { adamStep } from 'tfjs-backend-onnxruntime';
import { UserError } from '../../protocol/errors';
import { tf } from '../tf';

/** A trained weight: its name in the checkpoint, and its variable. */
export interface TrainedWeight {
  name: string;
  variable: tf.Variable;
}

/** Adam's state of one weight: first and second moment, mask, and shadow if it has one. */
export interface SlotState {
  name: string;
  m: Float32Array;
  v: Float32Array;
  mask?: Uint8Array;
  shadow?: Float32Array;
}

/** Adam's whole state, exact, so that a resumed run ends in the same bytes. */
export interface AdamState {
  /** beta1 and beta2 to the power of the finished steps, as accumulated. */
  accBeta1: number;
  accBeta2: number;
  slots: SlotState[];
}

/** The masks of weights, by weight name. */
export interface Masking {
  /** Zeros and ones, one per element: where it is 0 the weight is 0 and stays so until the mask changes. */
  readonly masks: ReadonlyMap<string, Uint8Array>;
  /** Masked weights with a shadow, in which pruned weights continue to be trained. */
  readonly shadowed?: ReadonlySet<string>;
}

/** The defaults of Kingma and Ba (2015). */
const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** The numbers of a step that change from step to step. */
export interface StepNumbers<T = number> {
  /** Factor of the change; negative. */
  readonly rate: T;
  readonly epsilon: T;
}

interface Slot {
  weight: TrainedWeight;
  m: tf.Variable;
  v: tf.Variable;
  mask: tf.Variable | undefined;
  shadow: tf.Variable | undefined;
}

/**
 * Adam (Kingma and Ba 2015, the form at the end of their section 2), with moments that can be saved and restored. A
 * weight under a mask of zeros and ones gets no gradient where the mask is 0: both moments stay exactly 0 there, the
 * update is exactly 0, and a weight that was 0 stays 0 after any number of steps. A masked weight with a shadow is its
 * shadow times the mask, and the shadow is trained: it takes the whole gradient of the masked weight, also where the
 * mask is 0, so that a later mask may bring a pruned weight back (dynamic network surgery, Guo et al. 2016).
 */
export class Adam {
  private readonly slots: Slot[];
  private accBeta1: number;
  private accBeta2: number;

  /** A `state` must hold a slot for each weight; its masks and shadows take precedence over those of `masking`. */
  constructor(weights: readonly TrainedWeight[], { masks, shadowed }: Masking, state?: AdamState) {
    const saved = new Map(state?.slots.map((slot) => [slot.name, slot]));
    this.accBeta1 = state?.accBeta1 ?? 1;
    this.accBeta2 = state?.accBeta2 ?? 1;
    this.slots = weights.map((weight) => {
      const { shape, size } = weight.variable;
      const slot = saved.get(weight.name);
      if (state && (slot?.m.length !== size || slot.v.length !== size))
        throw new UserError(
          `The run cannot go on, because the state of its optimiser is not that of the model (${weight.name}): start again in another folder.`,
        );
      const mask = slot?.mask ?? masks.get(weight.name);
      return {
        weight,
        m: variable(slot?.m, shape),
        v: variable(slot?.v, shape),
        mask: mask && variable(Float32Array.from(mask), shape),
        shadow:
          mask && shadowed?.has(weight.name)
            ? tf.tidy(() =>
                tf.variable(slot?.shadow ? tf.tensor(slot.shadow, shape) : tf.clone(weight.variable), false),
              )
            : undefined,
      };
    });
  }

  /** Begins a step: returns the numbers for `apply`, with the bias correction of both moments. */
  begin(learningRate: number): StepNumbers {
    this.accBeta1 *= BETA1;
    this.accBeta2 *= BETA2;
    const correction = Math.sqrt(1 - this.accBeta2);
    return { rate: (-learningRate * correction) / (1 - this.accBeta1), epsilon: EPSILON * correction };
  }

  /** Applies the step that has begun; `gradients` by the name of the variable. Call it within a tidy. */
  apply(gradients: Readonly<Record<string, tf.Tensor>>, { rate, epsilon }: StepNumbers<tf.Scalar>): void {
    const stepped = this.slots.flatMap((slot) => {
      const raw = gradients[slot.weight.variable.name];
      if (!raw) return [];
      const { weight, m, v, mask, shadow } = slot;
      const gradient = mask && !shadow ? tf.mul(raw, mask) : raw;
      return [{ slot, tensors: { weight: shadow ?? weight.variable, first: m, second: v, gradient } }];
    });
    const next = adamStep(
      stepped.map(({ tensors }) => tensors),
      { beta1: BETA1, beta2: BETA2, rate, epsilon },
    );
    stepped.forEach(({ slot: { weight, m, v, mask, shadow } }, i) => {
      const { first, second, weight: trained } = next[i]!;
      m.assign(first);
      v.assign(second);
      (shadow ?? weight.variable).assign(trained);
      if (mask && shadow) weight.variable.assign(tf.mul(trained, mask));
    });
  }

  /** Returns copies of the masked weights, or of their shadows where they have one; by weight name. */
  async maskedValues(): Promise<Map<string, Float32Array>> {
    const values = new Map<string, Float32Array>();
    for (const { weight, mask, shadow } of this.slots)
      if (mask) values.set(weight.name, await copy(shadow ?? weight.variable));
    return values;
  }

  /** Returns copies of the masked weights as the model has them; by weight name. */
  async maskedWeights(): Promise<Map<string, Float32Array>> {
    const values = new Map<string, Float32Array>();
    for (const { weight, mask } of this.slots) if (mask) values.set(weight.name, await copy(weight.variable));
    return values;
  }

  /**
   * Replaces existing masks. Pruned weights become exactly 0; weights that come back get their shadow. Adam forgets the
   * state of pruned weights, unless they have a shadow.
   * @param values returned by `maskedValues`, with no step since
   */
  setMasks(masks: ReadonlyMap<string, Uint8Array>, values: ReadonlyMap<string, Float32Array>): void {
    for (const { weight, m, v, mask, shadow } of this.slots) {
      const [next, now] = [masks.get(weight.name), values.get(weight.name)];
      if (!next || !now || !mask) continue;
      const { shape } = weight.variable;
      tf.tidy(() => {
        const kept = tf.tensor(Float32Array.from(next), shape);
        mask.assign(kept);
        weight.variable.assign(
          tf.tensor(
            now.map((value, i) => (next[i] === 0 ? 0 : value)),
            shape,
          ),
        );
        if (shadow) return;
        m.assign(tf.mul(m, kept));
        v.assign(tf.mul(v, kept));
      });
    }
  }

  /** Returns a copy of the state, from which a later Adam can go on. */
  async save(): Promise<AdamState> {
    const slots: AdamState['slots'] = [];
    for (const { weight, m, v, mask, shadow } of this.slots) {
      slots.push({
        name: weight.name,
        m: await copy(m),
        v: await copy(v),
        ...(mask ? { mask: Uint8Array.from(await mask.data<'float32'>()) } : {}),
        ...(shadow ? { shadow: await copy(shadow) } : {}),
      });
    }
    return { accBeta1: this.accBeta1, accBeta2: this.accBeta2, slots };
  }

  dispose(): void {
    for (const { m, v, mask, shadow } of this.slots)
      tf.dispose([m, v, mask, shadow].filter((tensor) => tensor !== undefined));
  }
}

const copy = async (tensor: tf.Tensor): Promise<Float32Array> => (await tensor.data<'float32'>()).slice();

function variable(values: Float32Array | undefined, shape: number[]): tf.Variable {
  return tf.tidy(() => tf.variable(values ? tf.tensor(values.slice(), shape) : tf.zeros(shape), false));
}
