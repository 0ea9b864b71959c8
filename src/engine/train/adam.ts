import { adamStep, trace, type TracedFunction } from 'tfjs-backend-onnxruntime';
import { tf } from '../tf';
import { BETA1, BETA2, EPSILON, type StepNumbers } from './adam-numbers';
import { copyOf, slotOf, stateOf, type Kept, type Slot, type SlotState, type TrainedWeight } from './slot';

/** Adam's whole state, exact, so that a resumed run ends in the same bytes. */
export interface AdamState {
  /** beta1 and beta2 to the power of the finished steps, as accumulated. */
  accBeta1: number;
  accBeta2: number;
  slots: SlotState[];
}

/**
 * Adam (Kingma and Ba 2015, the form at the end of their section 2), with moments that can be saved and restored. A
 * weight under a mask of zeros and ones gets no gradient where the mask is 0: both moments stay exactly 0 there, the
 * update is exactly 0, and a weight that was 0 stays 0 after any number of steps. A masked weight with a shadow is its
 * shadow times the mask, and the shadow is trained: it takes the whole gradient of the masked weight, also where the
 * mask is 0, so that a later mask may bring a pruned weight back (dynamic network surgery, Guo et al. 2016). A weight under
 * a constraint is computed from other values, which are trained in its place; after each step `finish` computes it anew.
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
   * Applies the step that has begun; `gradients` by the name of the variable. Call it within a tidy, and `finish` after
   * it, before the weights are read.
   */
  apply(gradients: Readonly<Record<string, tf.Tensor>>, { rate, epsilon }: StepNumbers<tf.Scalar>): void {
    const stepped = this.slots.flatMap(({ weight, mask, regrows, form, codebook, parts }) => {
      const raw = gradients[weight.variable.name];
      if (!raw) return [];
      codebook?.gradient.assign(raw);
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

  /** Finishes a step: computes the weights under constraints from what was trained in their place. */
  async finish(numbers: StepNumbers): Promise<void> {
    for (const { mask, regrows, codebook } of this.slots)
      await codebook?.step(regrows ? undefined : await mask?.data<'float32'>(), numbers);
    await this.hold();
  }

  private async hold(): Promise<void> {
    for (const { mask, codebook, moving } of this.slots) {
      const kept = codebook || moving ? await mask?.data<'float32'>() : undefined;
      codebook?.show(kept);
      await moving?.show(kept);
    }
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
    for (const { weight, mask, form, codebook, moving } of this.slots)
      if (mask)
        values.set(weight.name, codebook?.free() ?? (await copyOf((form ?? moving)?.shadow ?? weight.variable)));
    return values;
  }

  /** Returns copies of the masked weights as the model has them; by weight name. */
  async maskedWeights(): Promise<Map<string, Float32Array>> {
    const values = new Map<string, Float32Array>();
    for (const { weight, mask } of this.slots) if (mask) values.set(weight.name, await copyOf(weight.variable));
    return values;
  }

  /** True where weights under no mask may become 0. */
  get roundsToZero(): boolean {
    return this.slots.some(({ form, codebook, moving }) => form?.roundsToZero ?? (codebook ?? moving)?.isRounded);
  }

  /**
   * Replaces existing masks. Pruned weights become exactly 0; weights that come back get their shadow. Adam forgets the
   * state of pruned weights, unless they are trained on.
   * @param values returned by `maskedValues`, with no step since
   */
  async setMasks(masks: ReadonlyMap<string, Uint8Array>, values: ReadonlyMap<string, Float32Array>): Promise<void> {
    for (const { weight, mask, regrows, form, codebook, moving, parts } of this.slots) {
      const [next, now] = [masks.get(weight.name), values.get(weight.name)];
      if (!next || !now || !mask) continue;
      const { shape } = weight.variable;
      tf.tidy(() => {
        const kept = tf.tensor(Float32Array.from(next), shape);
        mask.assign(kept);
        if (codebook) return;
        const shadow = (form ?? moving)?.shadow;
        if (!shadow) {
          const cut = now.map((value, i) => (next[i] === 0 ? 0 : value));
          weight.variable.assign(tf.tensor(cut, shape));
        }
        if (regrows) return;
        shadow?.assign(tf.mul(shadow, kept));
        const { m, v } = parts[0]!;
        m.assign(tf.mul(m, kept));
        v.assign(tf.mul(v, kept));
      });
    }
    await this.hold();
  }

  /** Returns a copy of the state, from which a later Adam can go on. */
  async save(): Promise<AdamState> {
    const slots: SlotState[] = [];
    for (const slot of this.slots) slots.push(...(await stateOf(slot)));
    return { accBeta1: this.accBeta1, accBeta2: this.accBeta2, slots };
  }

  dispose(): void {
    this.holding?.dispose();
    for (const { mask, form, codebook, moving, parts } of this.slots) {
      form?.dispose();
      moving?.dispose();
      codebook?.dispose();
      tf.dispose([mask, ...parts.flatMap(({ m, v }) => [m, v])].filter((tensor) => tensor !== undefined));
    }
  }
}
