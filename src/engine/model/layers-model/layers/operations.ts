import * as z from 'zod';
import { tf } from '../../../tf';
import { expandedShape, reducedShape, slicedAxes, slicedShape, squeezedShape, fromFront } from '../../shapes/axes';
import type { Shape } from '../../shape';
import { SliceParts } from '../ops/slice-parts';
import { firstShape, only, OwnLayer, type Given, type Shapes } from './own-layer';

/** Layers for operations that Keras lists as layers; see `layerOf`, which gives them these names. */

const Axes = z.union([z.number().transform((axis) => [axis]), z.array(z.number())]);

/** A layer whose output shape follows from one input shape. */
abstract class Reshaping<S> extends OwnLayer<S> {
  /** Returns null where the input does not fit. */
  protected abstract shapeOf(shape: Shape): Shape | null;

  override computeOutputShape(shapes: Shapes): Shapes {
    const shape = firstShape(shapes);
    return [
      ...(this.shapeOf(shape) ??
        this.refuse(`does not fit its input of [${shape.map((size) => size ?? '?').join(', ')}]`)),
    ];
  }
}

const REDUCTIONS = { mean: tf.mean, sum: tf.sum, max: tf.max, min: tf.min } as const;
const Reduced = z.object({ how: z.enum(['mean', 'sum', 'max', 'min']), axis: Axes, keepdims: z.boolean() });

class Reduce extends Reshaping<z.output<typeof Reduced>> {
  static readonly className = 'Reduce';
  constructor(given: tf.serialization.ConfigDict) {
    super(given, Reduced);
  }
  protected override shapeOf(shape: Shape): Shape | null {
    return reducedShape({ axes: this.settings.axis, keepAxes: this.settings.keepdims }, shape);
  }
  override call(given: Given): tf.Tensor {
    const x = only(given);
    const { how, axis, keepdims } = this.settings;
    return REDUCTIONS[how](x, fromFront(axis, x.rank) ?? this.refuse('reduces an axis that does not exist'), keepdims);
  }
}

const Expanded = z.object({ axis: z.number() });

class ExpandDims extends Reshaping<z.output<typeof Expanded>> {
  static readonly className = 'ExpandDims';
  constructor(given: tf.serialization.ConfigDict) {
    super(given, Expanded);
  }
  protected override shapeOf(shape: Shape): Shape | null {
    return expandedShape(this.settings, shape);
  }
  override call(given: Given): tf.Tensor {
    return tf.expandDims(only(given), this.settings.axis);
  }
}

const Squeezed = z.object({ axis: Axes });

class Squeeze extends Reshaping<z.output<typeof Squeezed>> {
  static readonly className = 'Squeeze';
  constructor(given: tf.serialization.ConfigDict) {
    super(given, Squeezed);
  }
  protected override shapeOf(shape: Shape): Shape | null {
    return squeezedShape({ axes: this.settings.axis }, shape);
  }
  override call(given: Given): tf.Tensor {
    return tf.squeeze(only(given), this.settings.axis);
  }
}

const Sliced = z.object({ parts: SliceParts });

class Slice extends Reshaping<z.output<typeof Sliced>> {
  static readonly className = 'Slice';
  constructor(given: tf.serialization.ConfigDict) {
    super(given, Sliced);
  }
  protected override shapeOf(shape: Shape): Shape | null {
    return slicedShape(this.settings, shape);
  }
  override call(given: Given): tf.Tensor {
    return tf.tidy(() => {
      const x = only(given);
      const axes = slicedAxes(this.settings.parts, x.shape) ?? this.refuse('takes a part that its input does not have');
      const taken = axes.reduce<tf.Tensor>((part, one, i) => (one ? along(part, one, i + 1) : part), x);
      const gone = axes.flatMap((one, i) => (one?.single ? [i + 1] : []));
      return gone.length > 0 ? tf.squeeze(taken, gone) : tf.clone(taken);
    });
  }
}

/** Takes a range of one axis. */
function along(x: tf.Tensor, { start, count, step }: { start: number; count: number; step: number }, axis: number) {
  if (step !== 1) {
    const places = Int32Array.from({ length: count }, (_, i) => start + i * step);
    return tf.gather(x, tf.tensor1d(places, 'int32'), axis);
  }
  const begin = x.shape.map((_, at) => (at === axis ? start : 0));
  return tf.slice(x, begin, x.shape.map((size, at) => (at === axis ? count : size))); // prettier-ignore
}

const FUNCTIONS = {
  exp: tf.exp,
  sqrt: tf.sqrt,
  rsqrt: tf.rsqrt,
  square: tf.square,
  abs: tf.abs,
  log: tf.log,
  sin: tf.sin,
  cos: tf.cos,
} as const;
const Computed = z.union([
  z.object({ function: z.enum(['exp', 'sqrt', 'rsqrt', 'square', 'abs', 'log', 'sin', 'cos', 'gelu-tanh']) }),
  z.object({ function: z.literal('power'), exponent: z.number() }),
  z.object({ function: z.literal('reciprocal'), factor: z.number() }),
  z.object({ function: z.literal('clip'), least: z.number().optional(), most: z.number().optional() }),
]);

class ElementFunction extends OwnLayer<z.output<typeof Computed>> {
  static readonly className = 'ElementFunction';
  constructor(given: tf.serialization.ConfigDict) {
    super(given, Computed);
  }
  override call(given: Given): tf.Tensor {
    return tf.tidy(() => computed(this.settings, only(given)));
  }
}

function computed(what: z.output<typeof Computed>, x: tf.Tensor): tf.Tensor {
  switch (what.function) {
    case 'power':
      return tf.pow(x, what.exponent);
    case 'reciprocal':
      return tf.div(what.factor, x);
    case 'clip': {
      const raised = what.least === undefined ? x : tf.maximum(x, what.least);
      return what.most === undefined ? raised : tf.minimum(raised, what.most);
    }
    case 'gelu-tanh':
      return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI))), 1)); // prettier-ignore
    default:
      return FUNCTIONS[what.function](x);
  }
}

for (const layer of [Reduce, ExpandDims, Squeeze, Slice, ElementFunction]) tf.serialization.registerClass(layer);
