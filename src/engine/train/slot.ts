import { UserError } from '../../protocol/errors';
import { roundingTo } from '../checkpoint/stored-rounding';
import { tf } from '../tf';
import { TrainedCodebook } from './constraints/codebook';
import { MovingCodebook } from './constraints/moving-codebook';
import type { Constraint, Constraints } from './constraints/constraint';
import { trainedForm } from './constraints/form';
import type { TrainedForm, TrainedPart } from './constraints/trained-form';

/** A trained weight: its name in the checkpoint, and its variable. */
export interface TrainedWeight {
  name: string;
  variable: tf.Variable;
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

/**
 * Adam's state of one trained tensor: a weight, a part of a weight with a form (`TrainedForm`), which has the name of the
 * part, or the values of a codebook. First and second moment; the mask of the weight, if it has one; and the trained
 * values, if they are not the weight itself.
 */
export interface SlotState {
  name: string;
  m: Float32Array;
  v: Float32Array;
  /** One number for each element of the weight. */
  mask?: Uint8Array;
  shadow?: Float32Array;
}

interface Part {
  readonly trained: TrainedPart;
  readonly m: tf.Variable;
  readonly v: tf.Variable;
}

/** A weight with what is trained in its place, and the moments of that. */
export interface Slot {
  readonly weight: TrainedWeight;
  readonly mask: tf.Variable | undefined;
  /** True where pruned weights continue to be trained. */
  readonly regrows: boolean;
  /** Undefined where the weight itself is trained, or its codebook. */
  readonly form: TrainedForm | undefined;
  readonly codebook: TrainedCodebook | undefined;
  readonly moving: MovingCodebook | undefined;
  /** The tensors that are trained; none for a codebook that keeps its assignments. */
  readonly parts: readonly Part[];
}

type Saved = ReadonlyMap<string, SlotState>;

/**
 * Makes the slot of a weight.
 * @param saved the state from which training goes on, by name
 * @throws UserError where it is that of another weight
 */
export function slotOf(weight: TrainedWeight, kept: Kept, saved: Saved | undefined): Slot {
  const { name, variable: own } = weight;
  const known = saved?.get(name);
  const given = known?.mask ?? kept.masks.get(name);
  const mask = given && variable(Float32Array.from(given), own.shape);
  const regrows = mask !== undefined && kept.shadowed?.has(name) === true;
  // A run that an earlier version began has no state for a form: it goes on without one.
  const constraint = saved && !known?.shadow ? undefined : kept.constraints?.get(name);
  const moving = constraint && movingOf(weight, constraint, saved);
  const codebook = moving ? undefined : constraint && codebookOf(weight, constraint, known);
  const form = (moving ?? codebook) ? undefined : formOf(weight, { constraint, mask, regrows }, saved);
  const shadows = moving && [{ name, variable: moving.shadow }];
  const parts = (codebook ? [] : (shadows ?? form?.parts ?? [weight])).map((trained): Part => {
    const slot = saved?.get(trained.name);
    const { shape, size } = trained.variable;
    if (saved) requireLengths(name, slot, size);
    return { trained, m: variable(slot?.m, shape), v: variable(slot?.v, shape) };
  });
  return { weight, mask, regrows, form, codebook, moving, parts };
}

/** The name of the state of a moving codebook's values. */
const valuesName = (name: string): string => `${name}#values`;

function movingOf(
  { name, variable: own }: TrainedWeight,
  { form, stored, shadow }: Constraint,
  saved: Saved | undefined,
): MovingCodebook | undefined {
  if (form?.kind !== 'codebook' || !form.moves) return undefined;
  const start = variable(saved?.get(name)?.shadow ?? shadow ?? own.dataSync<'float32'>(), own.shape);
  const values = saved?.get(valuesName(name))?.shadow ?? form.values;
  return new MovingCodebook(own, start, values, stored && roundingTo(stored));
}

function codebookOf(
  { name, variable: own }: TrainedWeight,
  { form, stored }: Constraint,
  known: SlotState | undefined,
): TrainedCodebook | undefined {
  if (form?.kind !== 'codebook') return undefined;
  if (known) requireLengths(name, known, form.values.length);
  const state = known?.shadow && { values: known.shadow, m: known.m, v: known.v };
  return new TrainedCodebook(own, form, stored && roundingTo(stored), state);
}

function formOf(
  { name, variable: own }: TrainedWeight,
  { constraint, mask, regrows }: Pick<Slot, 'mask' | 'regrows'> & { readonly constraint: Constraint | undefined },
  saved: Saved | undefined,
): TrainedForm | undefined {
  if (!constraint && !regrows) return undefined;
  const values = new Map<string, Float32Array>();
  for (const slot of saved?.values() ?? []) if (slot.shadow) values.set(slot.name, slot.shadow);
  return trainedForm({ name, variable: own, mask, saved: values }, constraint ?? {});
}

/** @throws UserError where the state is missing or of another length */
function requireLengths(name: string, slot: SlotState | undefined, length: number): void {
  if (slot?.m.length === length && slot.v.length === length) return;
  throw new UserError(
    `The run cannot go on, because the state of its optimiser is not that of the model (${name}): start again in another folder.`,
  );
}

/** Returns a copy of the state of a slot. */
export async function stateOf({ weight, mask, form, codebook, moving, parts }: Slot): Promise<SlotState[]> {
  const masked = mask ? { mask: Uint8Array.from(await mask.data<'float32'>()) } : {};
  if (codebook) {
    const { values, m, v } = codebook;
    return [{ name: weight.name, m: m.slice(), v: v.slice(), ...masked, shadow: values.slice() }];
  }
  const states: SlotState[] = [];
  for (const [i, { trained, m, v }] of parts.entries())
    states.push({
      name: trained.name,
      m: await copyOf(m),
      v: await copyOf(v),
      ...(i === 0 ? masked : {}),
      ...((form ?? moving) ? { shadow: await copyOf(trained.variable) } : {}),
    });
  if (moving) {
    const none = new Float32Array(moving.values.length);
    states.push({ name: valuesName(weight.name), m: none, v: none, shadow: moving.values.slice() });
  }
  return states;
}

/** Returns a copy of the values of a tensor of float32. */
export const copyOf = async (tensor: tf.Tensor): Promise<Float32Array> => (await tensor.data<'float32'>()).slice();

function variable(values: Float32Array | undefined, shape: number[]): tf.Variable {
  return tf.tidy(() => tf.variable(values ? tf.tensor(values.slice(), shape) : tf.zeros(shape), false));
}
