import type { Shape } from '../shape';

/** A product with a kernel, as `EinsumDense` describes it. */
export interface Equation {
  /** `abc,cd->abd`; an ellipsis stands for axes that stay as they are. */
  readonly equation: string;
  /** Sizes of the output without the batch; null for those that the input decides. */
  readonly target: Shape;
  /** Axes of the output that the bias runs over; null where there is none. */
  readonly biasAxes: string | null;
}

/** An equation in place: its axes and all shapes. */
export interface Einsum {
  /** A letter for each axis: of the input, of the kernel, and of the output. */
  readonly axes: { readonly a: string; readonly b: string; readonly result: string };
  readonly kernel: Shape;
  readonly bias: Shape | null;
  /** Batch first. */
  readonly output: Shape;
  /** Multiply-accumulates for one example. */
  readonly macs: number | null;
}

const FORM = /^(?:([a-zA-Z]*)(\.\.\.)([a-zA-Z]*)|([a-zA-Z]+)),([a-zA-Z]+)->([a-zA-Z.]+)$/;
/** Letters for the axes of an ellipsis. */
const SPARE = '0123456789';

/** An equation for an input of some shape, batch first; undefined where the two do not fit. */
export function einsumOf({ equation, target, biasAxes }: Equation, input: Shape): Einsum | undefined {
  const [, before, dots, after, whole, b, out] = FORM.exec(equation.replace(/\s/g, '')) ?? [];
  if (b === undefined || out === undefined) return undefined;
  const named = whole ?? `${before}${after}`;
  const hidden = input.length - named.length;
  if (hidden < 0 || hidden > SPARE.length || (dots === undefined && hidden > 0)) return undefined;
  const [first, last] = [before === '' && out.startsWith('...'), after === '' && out.endsWith('...')];
  if (dots !== undefined && !first && !last) return undefined;
  const a = whole ?? `${before}${SPARE.slice(0, hidden)}${after}`;
  const result = out.replace('...', SPARE.slice(0, hidden));
  if ([a, b, result].some((one) => new Set(one).size < one.length) || !/^[a-zA-Z0-9]+$/.test(result)) return undefined;
  if (Array.from(result).some((one) => !a.includes(one) && !b.includes(one))) return undefined;
  // The batch is neither summed over nor moved.
  if (a[0] !== result[0] || b.includes(a[0]!)) return undefined;
  // Keras leaves out what an ellipsis stands for.
  const kept = Array.from({ length: dots === undefined ? 0 : first ? Math.max(0, hidden - 1) : hidden }, () => null);
  const wanted = first ? [...kept, ...target] : [...target, ...kept];
  if (wanted.length !== result.length - 1) return undefined;
  const size = new Map(Array.from(a, (one, axis): [string, number | null] => [one, input[axis] ?? null]));
  const targets = Array.from(result)
    .slice(1)
    .map((one, axis) => [one, wanted[axis] ?? null] as const);
  for (const [one, told] of targets) {
    const own = size.get(one);
    if (own !== undefined && own !== null && told !== null && own !== told) return undefined;
    if (own === undefined || own === null) size.set(one, told);
  }
  const sizes = (text: string): Shape => Array.from(text, (one) => size.get(one) ?? null);
  if (Array.from(b).some((one) => !size.has(one))) return undefined;
  const bias = biasAxes === null ? null : biasShape(biasAxes, result, sizes(result));
  if (bias === undefined) return undefined;
  const all = [...new Set(a.slice(1) + b)].map((one) => size.get(one) ?? null);
  return {
    axes: { a, b, result },
    kernel: sizes(b),
    bias,
    output: [input[0]!, ...sizes(result.slice(1))],
    macs: all.reduce<number | null>((macs, one) => (macs === null || one === null ? null : macs * one), 1),
  };
}

/** The axes of a bias from the first that it runs over, 1 for those between that it does not. */
function biasShape(axes: string, result: string, sizes: Shape): Shape | undefined {
  const first = Array.from(result).findIndex((one) => axes.includes(one));
  if (first < 0 || Array.from(axes).some((one) => !result.includes(one))) return undefined;
  return sizes.slice(first).map((size, i) => (axes.includes(result[first + i]!) ? size : 1));
}
