/** A layer through which channels cannot be followed. */
export interface Stop {
  readonly layer: string;
  readonly type: string;
  /** Begins with a small letter: `it moves the axis of the channels`. */
  readonly why: string;
}

/** The reason why a group of channels must stay: it enters or leaves the model at a layer, or a layer stops it. */
export type Fix =
  { readonly kind: 'input' | 'output'; readonly layer: string } | { readonly kind: 'stopped'; readonly by: Stop };

/**
 * Outputs come first, since they are the purpose of a model. A layer that stops channels explains more than their
 * origin.
 */
const ORDER: readonly Fix['kind'][] = ['output', 'stopped', 'input'];

/** Chooses the more helpful of two reasons; of two of a kind, the first. */
export function tellingMore(a: Fix | undefined, b: Fix): Fix {
  return a === undefined || ORDER.indexOf(b.kind) < ORDER.indexOf(a.kind) ? b : a;
}

/** Explains why the layer `name` keeps a channel. */
export function whyFixed(fix: Fix, name: string): string {
  if (fix.kind !== 'stopped')
    return fix.layer === name
      ? `it is the ${fix.kind} of the model`
      : `its channels are coupled with those of "${fix.layer}", the ${fix.kind} of the model`;
  const { layer, type, why } = fix.by;
  return layer === name ? why : `channels cannot be followed through "${layer}" (${type}: ${why})`;
}
