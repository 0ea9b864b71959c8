import * as z from 'zod';
import type { Config } from '../json';
import { SliceParts } from '../../ops/slice-parts';
import { TENSOR, type OperationCall } from './call';

/** A layer that computes what an operation computes. */
export interface Plain {
  readonly type: string;
  readonly config: Config;
}

/** Finds the layer of a call; undefined where there is none. */
type Find = (call: OperationCall) => Plain | undefined;

const plain = (type: string, config: Config = {}): Plain => ({ type, config });

const Whole = z.number().int();
const Axes = z.union([Whole.transform((axis) => [axis]), z.array(Whole)]);
const Constant = z.union([z.number(), z.array(z.number()).min(1)]);
type Constant = z.output<typeof Constant>;

const each = (value: Constant, change: (one: number) => number): Constant =>
  typeof value === 'number' ? change(value) : value.map(change);

/** Reads the first of some settings that is given. */
const given = ({ settings }: OperationCall, ...keys: string[]): unknown =>
  keys.map((key) => settings[key]).find((value) => value !== undefined && value !== null);

/** Takes one tensor, and nothing else by position. */
const unary =
  (find: Find): Find =>
  (call) =>
    call.operands.length === 1 && call.operands[0] === TENSOR ? find(call) : undefined;

const same = (type: string, config: Config = {}): Find => unary(() => plain(type, config)); // prettier-ignore
const activation = (name: string): Find => same('Activation', { activation: name });
const value = (name: string): Find => same('ElementFunction', { function: name });

/**
 * Takes two operands: two tensors, or a tensor and a constant.
 * @param tensors the layer of two tensors
 * @param constant finds the layer of a tensor and a constant; `first` tells whether the constant comes first
 */
const binary =
  (tensors: string, constant: (value: Constant, first: boolean) => Plain | undefined): Find =>
  ({ operands }) => {
    if (operands.length !== 2) return undefined;
    const first = operands[0] !== TENSOR;
    if (!first && operands[1] === TENSOR) return plain(tensors);
    const other = Constant.safeParse(operands[first ? 0 : 1]);
    return other.success && operands.includes(TENSOR) ? constant(other.data, first) : undefined;
  };

const rescaled = (scale: Constant, offset: Constant): Plain => plain('Rescaling', { scale, offset });

const add = binary('Add', (value) => rescaled(1, value));
const multiply = binary('Multiply', (value) => rescaled(value, 0));
const subtract = binary('Subtract', (value, first) =>
  first
    ? rescaled(-1, value)
    : rescaled(
        1,
        each(value, (one) => -one),
      ),
);
const divide = binary('Divide', (value, first) =>
  first
    ? typeof value === 'number'
      ? plain('ElementFunction', { function: 'reciprocal', factor: value })
      : undefined
    : rescaled(each(value, (one) => 1 / one), 0),
); // prettier-ignore
const bounded = (type: string, key: 'least' | 'most'): Find =>
  binary(type, (value) =>
    typeof value === 'number' ? plain('ElementFunction', { function: 'clip', [key]: value }) : undefined,
  );
const power: Find = ({ operands: [x, exponent, ...more] }) =>
  x === TENSOR && typeof exponent === 'number' && more.length === 0
    ? plain('ElementFunction', { function: 'power', exponent })
    : undefined;

const clip: Find = unary((call) => {
  const [least, most] = [given(call, 'clip_value_min', 'x_min'), given(call, 'clip_value_max', 'x_max')];
  if (typeof least !== 'number' || typeof most !== 'number') return undefined;
  return plain('ElementFunction', { function: 'clip', least, most });
});

const reduce = (how: 'mean' | 'sum' | 'max' | 'min'): Find =>
  unary((call) => {
    const axes = Axes.safeParse(given(call, 'axis'));
    if (!axes.success || axes.data.includes(0)) return undefined;
    return plain('Reduce', { how, axis: axes.data, keepdims: given(call, 'keepdims', 'keep_dims') === true });
  });

/** The first size must be that of the batch. */
const reshape: Find = unary((call) => {
  const shape = z
    .array(Whole.nullable())
    .min(1)
    .safeParse(given(call, 'shape', 'newshape'));
  if (!shape.success) return undefined;
  const [batch, ...target] = shape.data;
  if ((batch !== -1 && batch !== null) || target.some((size) => size === null)) return undefined;
  return plain('Reshape', { target_shape: target });
});

const transpose: Find = unary((call) => {
  const order = z.array(Whole).safeParse(given(call, 'perm', 'axes'));
  if (!order.success || order.data[0] !== 0 || call.settings['conjugate'] === true) return undefined;
  return plain('Permute', { dims: order.data.slice(1) });
});

/** Joins tensors; the batch must stay apart. */
const concatenate: Find = (call) => {
  const axis = Whole.safeParse(given(call, 'axis'));
  const tensors = call.operands.every((one) => one === TENSOR);
  if (!axis.success || axis.data === 0 || !tensors) return undefined;
  return call.operands.length === 1 ? plain('Identity') : plain('Concatenate', { axis: axis.data });
};

const addAll: Find = ({ operands }) =>
  operands.length > 1 && operands.every((one) => one === TENSOR) ? plain('Add') : undefined;

const expand: Find = unary((call) => {
  const axis = Whole.safeParse(given(call, 'axis'));
  return axis.success && axis.data !== 0 ? plain('ExpandDims', { axis: axis.data }) : undefined;
});

const squeeze: Find = unary((call) => {
  const axes = Axes.safeParse(given(call, 'axis'));
  return axes.success && !axes.data.includes(0) ? plain('Squeeze', { axis: axes.data }) : undefined;
});

const softmax: Find = unary((call) => plain('Softmax', { axis: given(call, 'axis') ?? -1 }));

const leaky =
  (fallback: number): Find =>
  (call) =>
    unary(() => plain('LeakyReLU', { alpha: given(call, 'alpha', 'negative_slope') ?? fallback }))(call);

const gelu: Find = (call) => (given(call, 'approximate') === true ? value('gelu-tanh') : activation('gelu'))(call);

const FLOATS = /^b?float(16|32|64)$/;
const cast: Find = unary((call) =>
  FLOATS.test(String(given(call, 'dtype'))) ? plain('Identity') : undefined,
); // prettier-ignore

const Pair = z.tuple([Whole.min(0), Whole.min(0)]);
const pad: Find = unary((call) => {
  const widths = z.array(Pair).safeParse(given(call, 'paddings', 'pad_width'));
  const mode = given(call, 'mode') ?? 'constant';
  const filled = given(call, 'constant_values') ?? 0;
  if (!widths.success || typeof mode !== 'string' || mode.toLowerCase() !== 'constant' || filled !== 0)
    return undefined;
  const places = widths.data.slice(1, -1);
  const outer = [widths.data[0], widths.data.at(-1)].flat();
  if (outer.some((width) => width !== 0) || places.length < 1 || places.length > 3) return undefined;
  return plain(`ZeroPadding${places.length}D`, { padding: places.length === 1 ? places[0] : places });
});

const Size = z.tuple([Whole.positive(), Whole.positive()]);
const resize: Find = unary((call) => {
  const size = Size.safeParse(given(call, 'size'));
  const method = given(call, 'method', 'interpolation') ?? 'bilinear';
  const plainly = ['antialias', 'preserve_aspect_ratio', 'crop_to_aspect_ratio', 'pad_to_aspect_ratio'].every(
    (key) => call.settings[key] === undefined || call.settings[key] === false,
  );
  if (!size.success || !plainly) return undefined;
  return plain('Resizing', { height: size.data[0], width: size.data[1], interpolation: method });
});

const Window = z.union([Whole.positive(), Size]);
const pool = (type: string): Find =>
  unary((call) => {
    const [size, strides] = [Window.safeParse(given(call, 'ksize')), Window.safeParse(given(call, 'strides'))];
    const [padding, format] = [given(call, 'padding'), given(call, 'data_format') ?? 'NHWC'];
    if (!size.success || !strides.success || typeof padding !== 'string' || format !== 'NHWC') return undefined;
    return plain(type, { pool_size: size.data, strides: strides.data, padding: padding.toLowerCase() });
  });

/** Divides by the length of vectors, as `UnitNormalization` does. */
const unitLength: Find = unary((call) => {
  const axes = Axes.safeParse(given(call, 'axis'));
  const epsilon = given(call, 'epsilon') ?? 1e-12;
  return axes.success && epsilon === 1e-12 ? plain('UnitNormalization', { axis: axes.data }) : undefined;
});

const Part = z.union([
  z.object({ class_name: z.literal('__ellipsis__') }).transform(() => '...'),
  z.object({ class_name: z.literal('__slice__'), config: z.unknown() }).transform(({ config }) => config),
  z.unknown(),
]);

/** A slice that takes the whole batch. */
const slice: Find = (call) => {
  const [x, ...spec] = call.operands;
  const parts = z
    .array(Part)
    .pipe(SliceParts)
    .safeParse(given(call, 'slice_spec') ?? (spec.length === 1 ? [spec[0]].flat() : spec));
  const [batch] = parts.data ?? [];
  if (x !== TENSOR || !parts.success || batch === undefined || typeof batch === 'number') return undefined;
  const whole = typeof batch === 'string' || [batch.start, batch.stop, batch.step].every((one) => one === null || one === undefined); // prettier-ignore
  return whole ? plain('Slice', { parts: parts.data }) : undefined;
};

/** Operations by the last part of the function of TensorFlow, and by `ops.` and the class of Keras 3. */
export const OPERATIONS: ReadonlyMap<string, Find> = new Map(
  Object.entries<Find>({
    add, subtract, multiply, divide, maximum: bounded('Maximum', 'least'), minimum: bounded('Minimum', 'most'),
    truediv: divide, realdiv: divide, pow: power, add_n: addAll,
    'ops.Add': add, 'ops.Subtract': subtract, 'ops.Multiply': multiply, 'ops.Divide': divide,
    'ops.TrueDivide': divide, 'ops.Power': power,
    'ops.Maximum': bounded('Maximum', 'least'), 'ops.Minimum': bounded('Minimum', 'most'),
    negative: same('Rescaling', { scale: -1, offset: 0 }), 'ops.Negative': same('Rescaling', { scale: -1, offset: 0 }),
    identity: same('Identity'), cast, 'ops.Cast': cast,
    relu: same('ReLU'), relu6: same('ReLU', { max_value: 6 }), leaky_relu: leaky(0.2), elu: activation('elu'),
    selu: activation('selu'), sigmoid: activation('sigmoid'), tanh: activation('tanh'), silu: activation('swish'),
    swish: activation('swish'), softplus: activation('softplus'), softsign: activation('softsign'),
    gelu, softmax, softmax_v2: softmax,
    'ops.Relu': same('ReLU'), 'ops.Relu6': same('ReLU', { max_value: 6 }), 'ops.LeakyRelu': leaky(0.2),
    'ops.Elu': activation('elu'), 'ops.Selu': activation('selu'), 'ops.Sigmoid': activation('sigmoid'),
    'ops.Tanh': activation('tanh'), 'ops.Silu': activation('silu'), 'ops.Softplus': activation('softplus'),
    'ops.Softsign': activation('softsign'), 'ops.Gelu': gelu, 'ops.Softmax': softmax,
    exp: value('exp'), sqrt: value('sqrt'), rsqrt: value('rsqrt'), square: value('square'), abs: value('abs'),
    log: value('log'), sin: value('sin'), cos: value('cos'),
    'ops.Exp': value('exp'), 'ops.Sqrt': value('sqrt'), 'ops.Rsqrt': value('rsqrt'), 'ops.Square': value('square'),
    'ops.Absolute': value('abs'), 'ops.Abs': value('abs'), 'ops.Log': value('log'), 'ops.Sin': value('sin'),
    'ops.Cos': value('cos'),
    clip_by_value: clip, 'ops.Clip': clip,
    reduce_mean: reduce('mean'), reduce_sum: reduce('sum'), reduce_max: reduce('max'), reduce_min: reduce('min'),
    'ops.Mean': reduce('mean'), 'ops.Sum': reduce('sum'), 'ops.Max': reduce('max'), 'ops.Min': reduce('min'),
    reshape, 'ops.Reshape': reshape, transpose, 'ops.Transpose': transpose, concat: concatenate,
    expand_dims: expand, 'ops.ExpandDims': expand, squeeze, 'ops.Squeeze': squeeze,
    getitem: slice, 'ops.GetItem': slice, pad, 'ops.Pad': pad, resize, 'ops.Resize': resize,
    avg_pool2d: pool('AveragePooling2D'), max_pool2d: pool('MaxPooling2D'),
    avg_pool: pool('AveragePooling2D'), max_pool: pool('MaxPooling2D'), l2_normalize: unitLength,
  }),
); // prettier-ignore
