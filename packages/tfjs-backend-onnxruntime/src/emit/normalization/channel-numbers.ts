import type { ModelBuilder, ValueName } from '../../encoding/model-builder';

/**
 * Numbers per channel as a symbolic product: `scale` times vectors `[channels]`, sorted by name. Common factors of sums
 * become visible, and chains of small operators become short.
 */
export interface Numbers {
  readonly scale: number;
  readonly factors: readonly ValueName[];
}

export const ONE: Numbers = { scale: 1, factors: [] };
export const ZERO: Numbers = { scale: 0, factors: [] };

export const numbersOf = (vector: ValueName): Numbers => ({ scale: 1, factors: [vector] });

/** True if all channels have the same number. */
export const isUniform = ({ factors }: Numbers): boolean => factors.length === 0;
export const isOne = (a: Numbers): boolean => isUniform(a) && a.scale === 1;
export const isZero = (a: Numbers): boolean => isUniform(a) && a.scale === 0;

export const negated = ({ scale, factors }: Numbers): Numbers => ({ scale: -scale, factors });

export function times(a: Numbers, b: Numbers): Numbers {
  return { scale: a.scale * b.scale, factors: [...a.factors, ...b.factors].sort() };
}

export function over(builder: ModelBuilder, a: Numbers, b: Numbers): Numbers {
  const inverses = b.factors.map((vector) =>
    builder.once(`Reciprocal ${vector}`, () => builder.op('Reciprocal', [vector])),
  );
  return times(a, { scale: 1 / b.scale, factors: inverses });
}

/** Adds two products and factors out their common factors. */
export function plus(builder: ModelBuilder, a: Numbers, b: Numbers, count: number): Numbers {
  if (isZero(a)) return b;
  if (isZero(b)) return a;
  const common = inCommon(a, b);
  const [left, right] = [without(a, common), without(b, common)];
  if (isUniform(left) && isUniform(right)) return { scale: a.scale + b.scale, factors: common };
  const names = [left, right].map((rest) => vectorOf(builder, rest, count)).sort();
  return times(
    { scale: 1, factors: common },
    numbersOf(builder.once(`Add ${names.join(' ')}`, () => builder.op('Add', names))),
  );
}

/** Returns the factors that both products have. */
export function inCommon(a: Numbers, b: Numbers): ValueName[] {
  const left = [...b.factors];
  return a.factors.filter((vector) => {
    const index = left.indexOf(vector);
    if (index >= 0) left.splice(index, 1);
    return index >= 0;
  });
}

/** Removes factors from a product that has them all. */
export function without(a: Numbers, factors: readonly ValueName[]): Numbers {
  const rest = [...a.factors];
  for (const vector of factors) rest.splice(rest.indexOf(vector), 1);
  return { scale: a.scale, factors: rest };
}

/** Computes the product: a vector `[count]`. */
export function vectorOf(builder: ModelBuilder, { scale, factors }: Numbers, count: number): ValueName {
  const [first, ...others] = factors;
  if (first === undefined) {
    return builder.once(`${scale} for ${count} channels`, () =>
      builder.constant('float32', [count], new Float32Array(count).fill(scale)),
    );
  }
  const product = others.reduce(
    (sum, factor) => builder.once(`Mul ${sum} ${factor}`, () => builder.op('Mul', [sum, factor])),
    first,
  );
  if (scale === 1) return product;
  return builder.once(`${product} times ${scale}`, () => builder.op('Mul', [product, builder.float(scale)]));
}
