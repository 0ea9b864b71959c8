import { tf } from '../../tf';
import type { NormalEquations } from '../reconstruct/least-squares';
import { levelOf, valueAt, type ChannelGrid } from './channel-grid';

/** Rows that are rounded between two updates of the residual. */
const ROWS = 128;
/** Sweeps over all rows. They end before where nothing changes. */
const SWEEPS = 8;
/** A weight moves to another level only where that lowers the error by more than rounding noise. */
const NOISE = 1e-6;

export interface GridProblem {
  readonly equations: NormalEquations;
  /** The kernel before quantization, inputs x outputs; its zeros stay 0. */
  readonly original: tf.Tensor2D;
  /** The same, rounded to the grids. */
  readonly start: tf.Tensor2D;
  /** One for each output. */
  readonly grids: readonly ChannelGrid[];
  /** Added to the diagonal of the moments, as a share of its mean: it keeps weights near the original ones. */
  readonly damping: number;
  /** Called between two blocks of rows; an error that it throws ends the work. */
  readonly pause: () => Promise<void>;
}

/** A kernel on grids, whose scales were fitted too. */
export interface OnGrid {
  /** Inputs x outputs. The caller disposes of it. */
  readonly kernel: tf.Tensor2D;
  readonly grids: readonly ChannelGrid[];
}

/**
 * Rounds with compensation of the error: finds weights on a grid that make |X W - Y|^2 small. Each weight in turn takes the
 * level that is best given all others, so an error of one is made good by the others; after each sweep the scale of an output
 * takes its best value for the levels. Both can only lower the error. (The objective is that of OBC and GPTQ, Frantar et al.
 * 2210.17323; the descent over coordinates is that of QuantEase, Behdin et al. 2309.01885, which needs no inverse.)
 */
export async function solveOnGrid({ equations, original, start, grids, damping, pause }: GridProblem): Promise<OnGrid> {
  const [inputs, outputs] = start.shape;
  const system = tf.tidy(() => {
    const added = tf.mul(tf.mean(equations.diagonal), damping);
    const moments = tf.add<tf.Tensor2D>(equations.moments, tf.mul(tf.eye(inputs), added));
    const products = tf.add<tf.Tensor2D>(equations.products, tf.mul(original, added));
    return { moments, products };
  });
  const before = await original.data<'float32'>();
  const values = (await start.data<'float32'>()).slice();
  const own = grids.map((grid) => ({ ...grid }));
  // Levels are kept beside values, since a value is rounded to float32.
  const levels = new Int16Array(values.length);
  for (let i = 0; i < values.length; i++) levels[i] = levelOf(values[i]!, own[i % outputs]!);
  try {
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      const moved = await sweepRows({ ...system, inputs, outputs, before, values, levels, grids: own, pause });
      await fitScales(system, { inputs, outputs, values, levels, grids: own });
      if (moved === 0) break;
    }
    return { kernel: tf.tensor2d(values, [inputs, outputs]), grids: own };
  } finally {
    tf.dispose(system);
  }
}

interface System {
  /** X^T X with damping, inputs x inputs. */
  readonly moments: tf.Tensor2D;
  /** X^T Y with damping, inputs x outputs. */
  readonly products: tf.Tensor2D;
}

interface Weights {
  readonly inputs: number;
  readonly outputs: number;
  /** Inputs x outputs; changed in place, as the levels are. */
  readonly values: Float32Array;
  readonly levels: Int16Array;
  readonly grids: ChannelGrid[];
}

interface Sweep extends System, Weights {
  readonly before: Float32Array;
  readonly pause: () => Promise<void>;
}

/** Moves each weight to its best level once. Returns the number of weights that moved. */
async function sweepRows(sweep: Sweep): Promise<number> {
  const { moments, products, inputs, outputs, values } = sweep;
  let residual = tf.tidy(() =>
    tf.sub<tf.Tensor2D>(products, tf.matMul(moments, tf.tensor2d(values, [inputs, outputs]))),
  );
  let moved = 0;
  try {
    for (let from = 0; from < inputs; from += ROWS) {
      await sweep.pause();
      const rows = Math.min(ROWS, inputs - from);
      const columns = tf.slice(moments, [0, from], [inputs, rows]);
      const [own, left] = tf.tidy(() => [
        tf.slice(columns, [from, 0], [rows, rows]),
        tf.slice(residual, [from, 0], [rows, outputs]),
      ]);
      const block = {
        from,
        rows,
        moments: await own.data<'float32'>(),
        residual: (await left.data<'float32'>()).slice(),
      };
      const change = new Float32Array(rows * outputs);
      moved += moveRows(sweep, block, change);
      const next = tf.tidy(() =>
        tf.sub<tf.Tensor2D>(residual, tf.matMul(columns, tf.tensor2d(change, [rows, outputs]))),
      );
      tf.dispose([columns, own, left, residual]);
      residual = next;
    }
  } finally {
    residual.dispose();
  }
  return moved;
}

interface Block {
  readonly from: number;
  readonly rows: number;
  /** Rows x rows. */
  readonly moments: Float32Array;
  /** Rows x outputs; changed in place. */
  readonly residual: Float32Array;
}

function moveRows({ outputs, values, levels, before, grids }: Sweep, block: Block, change: Float32Array): number {
  let moved = 0;
  for (let row = 0; row < block.rows; row++) {
    const weight = block.moments[row * block.rows + row]!;
    if (!(weight > 0)) continue;
    for (let output = 0; output < outputs; output++) {
      const [at, i] = [row * outputs + output, (block.from + row) * outputs + output];
      if (before[i] === 0) continue;
      const grid = grids[output]!;
      const pull = block.residual[at]!;
      const level = levelOf(values[i]! + pull / weight, grid);
      if (level === levels[i]) continue;
      const value = valueAt(level, grid);
      const step = value - values[i]!;
      // The error changes by step (step weight - 2 pull).
      if (step * (step * weight - 2 * pull) > -NOISE * step * step * weight) continue;
      levels[i] = level;
      values[i] = value;
      change[at] = step;
      moved++;
      for (let other = row; other < block.rows; other++)
        block.residual[other * outputs + output]! -= block.moments[other * block.rows + row]! * step;
    }
  }
  return moved;
}

/** Gives the grid of each output the scale that is best for its levels: s = (L . X^T Y) / (L . X^T X L). */
async function fitScales(
  { moments, products }: System,
  { inputs, outputs, values, levels, grids }: Weights,
): Promise<void> {
  const sums = tf.tidy(() => {
    const whole = tf.tensor2d(Float32Array.from(levels), [inputs, outputs]);
    return {
      above: tf.sum(tf.mul(whole, products), 0),
      below: tf.sum(tf.mul(whole, tf.matMul(moments, whole)), 0),
    };
  });
  const [above, below] = [await sums.above.data<'float32'>(), await sums.below.data<'float32'>()];
  tf.dispose(sums);
  for (const [output, grid] of grids.entries()) {
    const scale = Math.fround(above[output]! / below[output]!);
    if (Number.isFinite(scale) && scale > 0) grids[output] = { ...grid, scale };
  }
  for (let i = 0; i < values.length; i++) values[i] = valueAt(levels[i]!, grids[i % outputs]!);
}
