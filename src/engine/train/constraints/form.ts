import { tf } from '../../tf';
import type { Constraint, Form } from './constraint';
import { IDENTITY, shadowForm, toLevels, type Projection } from './shadow-form';
import { ternaryWithTrainedScales, toBinary, toTernary } from './signs';
import { storedNumbers, type StoredNumbers } from './stored';
import type { TrainedForm } from './trained-form';

/** A weight as it is when training begins or goes on. */
export interface HeldWeight {
  readonly name: string;
  readonly variable: tf.Variable;
  readonly mask: tf.Tensor | undefined;
  /** The saved values of parts, by name, where training goes on. */
  readonly saved: ReadonlyMap<string, Float32Array>;
}

/** Makes the trained form of a weight under a constraint other than a codebook. */
export function trainedForm(weight: HeldWeight, { form, stored, shadow }: Constraint): TrainedForm {
  if (form?.kind === 'codebook') throw new Error('a codebook has no shadow');
  const numbers = stored && storedNumbers(stored);
  const trained = withShadow(weight, form, shadow, numbers);
  return numbers ? rounded(trained, numbers) : trained;
}

function withShadow(
  { name, variable, mask, saved }: HeldWeight,
  form: Exclude<Form, { kind: 'codebook' }> | undefined,
  given: Float32Array | undefined,
  numbers: StoredNumbers | undefined,
): TrainedForm {
  const start = saved.get(name) ?? given;
  const shadow = tf.tidy(() =>
    tf.variable(start ? tf.tensor(start.slice(), variable.shape) : tf.clone(variable), false),
  );
  if (form?.kind === 'ternary' && form.trainedScales) {
    const trained = ternaryWithTrainedScales(name, shadow, form.over, mask);
    for (const part of trained.parts.slice(1)) {
      const values = saved.get(part.name);
      if (values) tf.tidy(() => part.variable.assign(tf.tensor(values.slice(), part.variable.shape)));
    }
    return trained;
  }
  return shadowForm(name, shadow, projectionOf(form, numbers));
}

function projectionOf(
  form: Exclude<Form, { kind: 'codebook' }> | undefined,
  numbers: StoredNumbers | undefined,
): Projection {
  switch (form?.kind) {
    case 'levels':
      return toLevels(form);
    case 'ternary':
      return toTernary(form.over);
    case 'binary':
      return toBinary(form.over);
    case undefined:
      if (!numbers) return IDENTITY;
      // Rounding follows, of all forms alike; small weights may become 0 by it.
      return { ...IDENTITY, roundsToZero: true, limits: () => [tf.scalar(numbers.least), tf.scalar(numbers.most)] };
  }
}

/** Rounds the values of a form to stored numbers. */
function rounded(form: TrainedForm, numbers: StoredNumbers): TrainedForm {
  return {
    ...form,
    values: (mask) => numbers.round(form.values(mask)),
    dispose: () => {
      form.dispose();
      numbers.dispose();
    },
  };
}
