/** The decay rates of Kingma and Ba (2015). */
export const BETA1 = 0.9;
export const BETA2 = 0.999;
/** Their epsilon. */
export const EPSILON = 1e-8;

/** The numbers of a step that change from step to step. */
export interface StepNumbers<T = number> {
  /** Factor of the change; negative. */
  readonly rate: T;
  readonly epsilon: T;
}

/** Takes a step of Adam in place, for a few values: as `adamStep` does for tensors. */
export function nextAdam(
  values: Float32Array,
  m: Float32Array,
  v: Float32Array,
  gradient: ArrayLike<number>,
  { rate, epsilon }: StepNumbers,
): void {
  for (let i = 0; i < values.length; i++) {
    const g = gradient[i]!;
    m[i] = BETA1 * m[i]! + (1 - BETA1) * g;
    v[i] = BETA2 * v[i]! + (1 - BETA2) * g * g;
    values[i] = values[i]! + (rate * m[i]!) / (Math.sqrt(v[i]!) + epsilon);
  }
}
