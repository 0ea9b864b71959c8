/** Eigenvalues in no order, and the eigenvectors as rows in the same order. */
export interface EigenRows {
  readonly values: Float64Array;
  /** Row after row, each of unit length. */
  readonly rows: Float64Array;
}

/** Rounds that one eigenvalue may take; two are usual. */
const MOST_ROUNDS = 60;

/**
 * Decomposes a symmetric matrix: Householder reflections make it tridiagonal, and implicit QL rotations diagonal. All inner
 * loops run along rows, which takes half of the time of ml-matrix.
 * @param symmetric n x n, row after row; only its upper triangle is read
 */
export function symmetricEigen(symmetric: Float64Array, n: number): EigenRows {
  const reduced = tridiagonal(symmetric, n);
  const rows = accumulated(reduced, n);
  rotate(reduced.diagonal, reduced.beside, rows, n);
  return { values: reduced.diagonal, rows };
}

interface Tridiagonal {
  /** In row k, right of the diagonal, the reflection of step k. */
  readonly reflections: Float64Array;
  readonly factors: Float64Array;
  readonly diagonal: Float64Array;
  readonly beside: Float64Array;
}

function tridiagonal(symmetric: Float64Array, n: number): Tridiagonal {
  const a = Float64Array.from(symmetric);
  const [diagonal, beside, factors, p] = Array.from({ length: 4 }, () => new Float64Array(n)) as Four;
  for (let k = 0; k < n - 1; k++) {
    const row = k * n;
    diagonal[k] = a[row + k]!;
    const alpha = a[row + k + 1]!;
    let rest = 0;
    for (let j = k + 2; j < n; j++) rest += a[row + j]! * a[row + j]!;
    if (rest === 0) {
      beside[k] = alpha;
      continue;
    }
    const norm = Math.sqrt(alpha * alpha + rest);
    const beta = alpha >= 0 ? -norm : norm;
    const factor = (beta - alpha) / beta;
    for (let j = k + 2; j < n; j++) a[row + j]! /= alpha - beta;
    a[row + k + 1] = 1;
    beside[k] = beta;
    factors[k] = factor;
    // The rest of the matrix, of which the upper triangle is kept, is reflected from both sides.
    p.fill(0, k + 1, n);
    for (let i = k + 1; i < n; i++) {
      const own = a[row + i]!;
      const at = i * n;
      let sum = a[at + i]! * own;
      for (let j = i + 1; j < n; j++) {
        const value = a[at + j]!;
        sum += value * a[row + j]!;
        p[j]! += value * own;
      }
      p[i]! += sum;
    }
    let dot = 0;
    for (let i = k + 1; i < n; i++) {
      p[i]! *= factor;
      dot += p[i]! * a[row + i]!;
    }
    for (let i = k + 1; i < n; i++) p[i]! -= 0.5 * factor * dot * a[row + i]!;
    for (let i = k + 1; i < n; i++) {
      const own = a[row + i]!;
      const image = p[i]!;
      const at = i * n;
      for (let j = i; j < n; j++) a[at + j]! -= own * p[j]! + image * a[row + j]!;
    }
  }
  if (n > 0) diagonal[n - 1] = a[n * n - 1]!;
  return { reflections: a, factors, diagonal, beside };
}

type Four = [Float64Array, Float64Array, Float64Array, Float64Array];

/** Multiplies all reflections; returns the transpose of their product. */
function accumulated({ reflections: a, factors }: Tridiagonal, n: number): Float64Array {
  const rows = new Float64Array(n * n);
  for (let i = 0; i < n; i++) rows[i * n + i] = 1;
  for (let k = n - 2; k >= 0; k--) {
    const factor = factors[k]!;
    if (factor === 0) continue;
    const from = k * n;
    for (let r = k + 1; r < n; r++) {
      const at = r * n;
      let dot = 0;
      for (let j = k + 1; j < n; j++) dot += rows[at + j]! * a[from + j]!;
      dot *= factor;
      for (let j = k + 1; j < n; j++) rows[at + j]! -= dot * a[from + j]!;
    }
  }
  return rows;
}

/** Makes a tridiagonal matrix diagonal, and turns the rows with it. */
function rotate(d: Float64Array, e: Float64Array, rows: Float64Array, n: number): void {
  for (let l = 0; l < n; l++) {
    for (let round = 0; ; round++) {
      let m = l;
      while (m < n - 1 && Math.abs(e[m]!) > Number.EPSILON * (Math.abs(d[m]!) + Math.abs(d[m + 1]!))) m++;
      if (m === l) break;
      if (!(round < MOST_ROUNDS)) throw new Error('a matrix has numbers that are none');
      let g = (d[l + 1]! - d[l]!) / (2 * e[l]!);
      g = d[m]! - d[l]! + e[l]! / (g + (g >= 0 ? 1 : -1) * Math.hypot(g, 1));
      let [s, c, q, i] = [1, 1, 0, m - 1];
      for (; i >= l; i--) {
        const f = s * e[i]!;
        const b = c * e[i]!;
        const r = Math.sqrt(f * f + g * g);
        e[i + 1] = r;
        if (r === 0) break;
        s = f / r;
        c = g / r;
        g = d[i + 1]! - q;
        const t = (d[i]! - g) * s + 2 * c * b;
        q = s * t;
        d[i + 1] = g + q;
        g = c * t - b;
        turn(rows, i * n, n, c, s);
      }
      if (i >= l) {
        // The matrix falls apart here.
        d[i + 1]! -= q;
        e[m] = 0;
        continue;
      }
      d[l]! -= q;
      e[l] = g;
      e[m] = 0;
    }
  }
}

/** Rotates a row and the next one. */
function turn(rows: Float64Array, from: number, n: number, c: number, s: number): void {
  for (let k = from, next = from + n; k < from + n; k++, next++) {
    const low = rows[k]!;
    const high = rows[next]!;
    rows[next] = s * low + c * high;
    rows[k] = c * low - s * high;
  }
}
