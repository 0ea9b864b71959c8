import * as z from 'zod';
import { Config, type LayerJson } from '../json';

/** Stands for a tensor among the operands of an operation. */
export const TENSOR: unique symbol = Symbol('tensor');

/** The only call of an operation that the file lists as a layer: its operands in order, and its other arguments. */
export interface OperationCall {
  /** Tensors and constants, those given by position first. */
  readonly operands: readonly unknown[];
  readonly settings: Config;
  /** The call with its tensors by position and nothing else, in the dialect of the file. */
  readonly node: unknown;
}

const Keras3Node = z.object({ args: z.array(z.unknown()), kwargs: Config.default({}) });
const KerasTensor = z.object({ class_name: z.literal('__keras_tensor__') });
const PythonReference = z.tuple([z.string(), z.number(), z.unknown()], z.unknown());
/** A reference among arguments has no arguments of its own. */
const Named = z.tuple([z.string(), z.number(), z.number()]);
const CONSTANT = '_CONSTANT_VALUE';
/** Names of operands that are no other arguments, in their order. */
const OPERANDS: readonly string[] = ['x', 'x1', 'y', 'x2', 'a', 'b', 'tensor', 'input', 'inputs', 'values'];

/** Reads the call of an operation; undefined where there are several, since each may have arguments of its own. */
export function readCall({ inbound_nodes: nodes = [], config }: LayerJson): OperationCall | undefined {
  const own = Config.catch({}).parse(config);
  const [node] = nodes;
  if (nodes.length !== 1) return undefined;
  const call = Array.isArray(node) ? undefined : Keras3Node.safeParse(node).data;
  return call ? ofKeras3(call, own) : ofPython(node, own);
}

function ofKeras3({ args, kwargs }: z.output<typeof Keras3Node>, own: Config): OperationCall {
  const flat = args.flatMap((one) => (Array.isArray(one) && one.some(isKerasTensor) ? (one as unknown[]) : [one]));
  const all = [...flat, ...OPERANDS.flatMap((key) => (key in kwargs ? [kwargs[key]] : []))];
  const tensors = all.filter(isKerasTensor);
  return {
    operands: all.map((one) => (isKerasTensor(one) ? TENSOR : one)),
    settings: { ...own, ...withoutOperands(kwargs) },
    node: { args: tensors.length > 1 ? [tensors] : tensors, kwargs: {} },
  };
}

const isKerasTensor = (value: unknown): boolean => KerasTensor.safeParse(value).success;

/** Keras 2 and TensorFlow.js: `["x", 0, 0, {arguments}]`, or a list of these where an operation takes a list. */
function ofPython(node: unknown, own: Config): OperationCall | undefined {
  const listed = PythonReference.safeParse(node).success ? [node] : node;
  const parsed = z.array(PythonReference).min(1).safeParse(listed);
  if (!parsed.success) return undefined;
  const given = Config.catch({}).parse(parsed.data[0]![3]);
  const first = parsed.data.map(([name, at, value]) =>
    name === CONSTANT && at === -1 ? value : ([name, at, value] as const),
  );
  const more = OPERANDS.flatMap((key) => (key in given ? [given[key]] : []));
  const isTensor = (one: unknown): boolean => Named.safeParse(one).success;
  const all: unknown[] = [...first, ...more];
  return {
    operands: all.map((one) => (isTensor(one) ? TENSOR : one)),
    settings: { ...own, ...withoutOperands(given) },
    node: all.filter(isTensor).map((one) => [...Named.parse(one), {}]),
  };
}

const withoutOperands = (given: Config): Config =>
  Object.fromEntries(Object.entries(given).filter(([key]) => !OPERANDS.includes(key)));
