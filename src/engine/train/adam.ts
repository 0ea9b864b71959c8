import { adamStep, trace, type TracedFunction } from 'tfjs-backend-onnxruntime';
import { UserError } from '../../protocol/errors';
import { tf } from '../tf';
import type { Constraints } from './constraints/constraint';
import { trainedForm } from './constraints/form';
import type { TrainedForm, TrainedPart } from './constraints/trained-form';

/** A trained weight: its name in the checkpoint, and its variable. */
export interface TrainedWeight {
  name: string;
  variable: tf.Variable;
}

/**
 * Adam's state of one trained tensor: a weight, or a part of a weight with a form (`TrainedForm`), which has the name of the
 * part. First and second moment; the mask of the weight, if it has one; and the values of the part, if it is not the
 * weight itself.
 */
export interface SlotState {
  name: string;
  m: Float32Array;
  v: Float32Array;
  /** One number for each element of the weight. */
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

/** Properties of weights that training keeps, by weight name. */
export interface Kept {
  /** Zeros and ones, one per element: where it is 0 the weight is 0 and stays so until the mask changes. */
  readonly masks: ReadonlyMap<string, Uint8Array>;
  /** Masked weights with a shadow, in which pruned weights continue to be trained. */
  readonly shadowed?: ReadonlySet<string>;
  /** The values that weights may have. */
  readonly constraints?: Constraints;
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

interface Part {
  readonly trained: TrainedPart;
  readonly m: tf.Variable;
  readonly v: tf.Variable;
}

interface Slot {
  readonly weight: TrainedWeight;
  readonly mask: tf.Variable | undefined;
  /** True where pruned weights continue to be trained. */
  readonly regrows: boolean;
  /** Undefined where the weight itself is trained. */
  readonly form: TrainedForm | undefined;
  readonly parts: readonly Part[];
}

/**
 * Adam (Kingma and Ba 2015, the form at the end of their section 2), with moments that can be saved and restored. A
 * weight under a mask of zeros and ones gets no gradient where the mask is 0: both moments stay exactly 0 there, the
 * update is exactly 0, and a weight that was 0 stays 0 after any number of steps. A masked weight with a shadow is its
 * shadow times the mask, and the shadow is trained: it takes the whole gradient of the masked weight, also where the
 * mask is 0, so that a later mask may bring a pruned weight back (dynamic network surgery, Guo et al. 2016). A weight under
 * a constraint is computed from other tensors, which are trained in its place; after each step `hold` computes it anew.
 */
export class Adam {
  private readonly slots: Slot[];
  private accBeta1: number;
  private accBeta2: number;
  private holding: TracedFunction | undefined;

  /** A `state` must hold a slot for each weight; its masks and shadows take precedence over those of `kept`. */
  constructor(weights: readonly TrainedWeight[], kept: Kept, state?: AdamState) {
    const saved = new Map(state?.slots.map((slot) => [slot.name, slot]));
    this.accBeta1 = state?.accBeta1 ?? 1;
    this.accBeta2 = state?.accBeta2 ?? 1;
    this.slots = weights.map((weight) => slotOf(weight, kept, state && saved));
  }

  /** Begins a step: returns the numbers for `apply`, with the bias correction of both moments. */
  begin(learningRate: number): StepNumbers {
    this.accBeta1 *= BETA1;
    this.accBeta2 *= BETA2;
    const correction = Math.sqrt(1 - this.accBeta2);
    return { rate: (-learningRate * correction) / (1 - this.accBeta1), epsilon: EPSILON * correction };
  }

  /**
   * Applies the step that has begun; `gradients` by the name of the variable. Call it within a tidy, and `hold` after it,
   * before the weights are read.
   */
  apply(gradients: Readonly<Record<string, tf.Tensor>>, { rate, epsilon }: StepNumbers<tf.Scalar>): void {
    const stepped = this.slots.flatMap(({ weight, mask, regrows, form, parts }) => {
      const raw = gradients[weight.variable.name];
      if (!raw) return [];
      const gradient = mask && !regrows ? tf.mul(raw, mask) : raw;
      const all = form?.gradients(gradient, mask) ?? [gradient];
      return parts.map(({ trained, m, v }, i) => ({
        part: { trained, m, v },
        tensors: { weight: trained.variable, first: m, second: v, gradient: all[i]! },
      }));
    });
    const next = adamStep(
      stepped.map(({ tensors }) => tensors),
      { beta1: BETA1, beta2: BETA2, rate, epsilon },
    );
    stepped.forEach(({ part: { trained, m, v } }, i) => {
      const { first, second, weight } = next[i]!;
      m.assign(first);
      v.assign(second);
      trained.variable.assign(weight);
    });
  }

  /** Computes the weights that have a form from their parts. */
  async hold(): Promise<void> {
    const held = this.slots.flatMap(({ weight, mask, form }) => (form ? [{ weight, mask, form }] : []));
    if (held.length === 0) return;
    // In a function of its own, because the update of weights that are read again is slower.
    this.holding ??= trace(() => {
      const values = held.map(({ weight, mask, form }) => {
        form.settle?.();
        const free = form.values(mask);
        const now = mask ? tf.mul(free, mask) : free;
        weight.variable.assign(now);
        return now;
      });
      return tf.slice(tf.reshape(values[0]!, [-1]), 0, 1);
    }, []);
    await this.holding.run();
  }

  /** Returns copies of the masked weights, or of their shadows where they have one; by weight name. */
  async maskedValues(): Promise<Map<string, Float32Array>> {
    const values = new Map<string, Float32Array>();
    for (const { weight, mask, form } of this.slots)
      if (mask) values.set(weight.name, await copy(form?.shadow ?? weight.variable));
    return values;
  }

  /** Returns copies of the masked weights as the model has them; by weight name. */
  async maskedWeights(): Promise<Map<string, Float32Array>> {
    const values = new Map<string, Float32Array>();
    for (const { weight, mask } of this.slots) if (mask) values.set(weight.name, await copy(weight.variable));
    return values;
  }

  /** True where weights under no mask may become 0. */
  get roundsToZero(): boolean {
    return this.slots.some(({ form }) => form?.roundsToZero);
  }

  /**
   * Replaces existing masks. Pruned weights become exactly 0; weights that come back get their shadow. Adam forgets the
   * state of pruned weights, unless they are trained on.
   * @param values returned by `maskedValues`, with no step since
   */
  async setMasks(masks: ReadonlyMap<string, Uint8Array>, values: ReadonlyMap<string, Float32Array>): Promise<void> {
    for (const { weight, mask, regrows, form, parts } of this.slots) {
      const [next, now] = [masks.get(weight.name), values.get(weight.name)];
      if (!next || !now || !mask) continue;
      const { shape } = weight.variable;
      tf.tidy(() => {
        const kept = tf.tensor(Float32Array.from(next), shape);
        mask.assign(kept);
        if (!form) {
          const cut = now.map((value, i) => (next[i] === 0 ? 0 : value));
          weight.variable.assign(tf.tensor(cut, shape));
        }
        if (regrows) return;
        form?.shadow?.assign(tf.mul(form.shadow, kept));
        // The state of a codebook is that of its values.
        if (form && !form.shadow) return;
        const { m, v } = parts[0]!;
        m.assign(tf.mul(m, kept));
        v.assign(tf.mul(v, kept));
      });
    }
    await this.hold();
  }

  /** Returns a copy of the state, from which a later Adam can go on. */
  async save(): Promise<AdamState> {
    const slots: AdamState['slots'] = [];
    for (const { mask, form, parts } of this.slots)
      for (const [i, { trained, m, v }] of parts.entries())
        slots.push({
          name: trained.name,
          m: await copy(m),
          v: await copy(v),
          ...(mask && i === 0 ? { mask: Uint8Array.from(await mask.data<'float32'>()) } : {}),
          ...(form ? { shadow: await copy(trained.variable) } : {}),
        });
    return { accBeta1: this.accBeta1, accBeta2: this.accBeta2, slots };
  }

  dispose(): void {
    this.holding?.dispose();
    for (const { mask, form, parts } of this.slots) {
      form?.dispose();
      tf.dispose([mask, ...parts.flatMap(({ m, v }) => [m, v])].filter((tensor) => tensor !== undefined));
    }
  }
}

function slotOf(weight: TrainedWeight, kept: Kept, saved: ReadonlyMap<string, SlotState> | undefined): Slot {
  const { name, variable: own } = weight;
  const known = saved?.get(name);
  const given = known?.mask ?? kept.masks.get(name);
  const mask = given && variable(Float32Array.from(given), own.shape);
  const regrows = mask !== undefined && kept.shadowed?.has(name) === true;
  // A run that an earlier version began has no state for a form: it goes on without one.
  const constraint = saved && !known?.shadow ? undefined : kept.constraints?.get(name);
  const values = new Map<string, Float32Array>();
  for (const slot of saved?.values() ?? []) if (slot.shadow) values.set(slot.name, slot.shadow);
  const held = { name, variable: own, mask, saved: values };
  const form = (constraint ?? regrows) ? trainedForm(held, constraint ?? {}) : undefined;
  const parts = (form?.parts ?? [weight]).map((trained): Part => {
    const slot = saved?.get(trained.name);
    const { shape, size } = trained.variable;
    if (saved && (slot?.m.length !== size || slot.v.length !== size))
      throw new UserError(
        `The run cannot go on, because the state of its optimiser is not that of the model (${name}): start again in another folder.`,
      );
    return { trained, m: variable(slot?.m, shape), v: variable(slot?.v, shape) };
  });
  return { weight, mask, regrows, form, parts };
}

const copy = async (tensor: tf.Tensor): Promise<Float32Array> => (await tensor.data<'float32'>()).slice();

function variable(values: Float32Array | undefined, shape: number[]): tf.Variable {
  return tf.tidy(() => tf.variable(values ? tf.tensor(values.slice(), shape) : tf.zeros(shape), false));
}
