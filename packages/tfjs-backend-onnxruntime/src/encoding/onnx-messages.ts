import { ProtobufWriter } from './protobuf';

/** Element types of ONNX tensors, with the numbers of `TensorProto.DataType`. */
export const ELEMENT_TYPES = { float32: 1, int32: 6, int64: 7, bool: 9 } as const;
export type ElementType = keyof typeof ELEMENT_TYPES;
/** Element types of a whole file: those of a recorded graph, and numbers of 8 bits. */
const FILE_ELEMENT_TYPES = { ...ELEMENT_TYPES, uint8: 2, int8: 3 } as const;
export type FileElementType = keyof typeof FILE_ELEMENT_TYPES;
export type FileArray = ElementArray | Int8Array;
export type ElementArray = Float32Array | Int32Array | BigInt64Array | Uint8Array;

/** A node attribute. Numbers are integers; `{ float }`, `{ floats }` and `{ strings }` mark the other types. */
export type Attribute =
  | number
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly strings: readonly string[] }
  | string
  | readonly number[];
export type Attributes = Readonly<Record<string, Attribute>>;

const ATTRIBUTE_FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_STRING = 3;
const ATTRIBUTE_FLOATS = 6;
const ATTRIBUTE_INTS = 7;
const ATTRIBUTE_STRINGS = 8;

const IR_VERSION = 8;
const OPSET_VERSION = 17;

/** `AttributeProto`. */
export function attributeMessage(name: string, value: Attribute): ProtobufWriter {
  const message = new ProtobufWriter().string(1, name);
  if (typeof value === 'number') return message.int(3, value).int(20, ATTRIBUTE_INT);
  if (typeof value === 'string') return message.string(4, value).int(20, ATTRIBUTE_STRING);
  if ('float' in value) return message.float(2, value.float).int(20, ATTRIBUTE_FLOAT);
  if ('floats' in value) {
    for (const item of value.floats) message.float(7, item);
    return message.int(20, ATTRIBUTE_FLOATS);
  }
  if ('strings' in value) {
    for (const item of value.strings) message.string(9, item);
    return message.int(20, ATTRIBUTE_STRINGS);
  }
  for (const item of value) message.int(8, item);
  return message.int(20, ATTRIBUTE_INTS);
}

/** `NodeProto`. An empty domain is the standard one; names that are not empty must differ. */
export function nodeMessage(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Attributes,
  domain: string,
  nodeName = '',
): ProtobufWriter {
  const message = new ProtobufWriter();
  for (const input of inputs) message.string(1, input);
  for (const output of outputs) message.string(2, output);
  if (nodeName !== '') message.string(3, nodeName);
  message.string(4, operator);
  for (const [name, value] of Object.entries(attributes)) message.message(5, attributeMessage(name, value));
  if (domain !== '') message.string(7, domain);
  return message;
}

/** `TensorProto` with the data in raw form (little-endian, as on every platform that ONNX Runtime ships for). */
export function tensorMessage(
  name: string,
  type: FileElementType,
  shape: readonly number[],
  data: FileArray,
): ProtobufWriter {
  const message = new ProtobufWriter(data.byteLength + 64);
  for (const dimension of shape) message.int(1, dimension);
  message.int(2, FILE_ELEMENT_TYPES[type]).string(8, name);
  return message.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

/** `TensorProto` without elements, with the number of its type. */
export function emptyTensorMessage(name: string, type: number): ProtobufWriter {
  return new ProtobufWriter().int(1, 0).int(2, type).string(8, name).bytes(9, new Uint8Array());
}

/** `ValueInfoProto`: the name, type and shape of a graph input or output. A size with a name is open. */
export function valueInfoMessage(
  name: string,
  type: FileElementType,
  shape: readonly (number | string)[],
): ProtobufWriter {
  const dimensions = new ProtobufWriter();
  for (const dimension of shape)
    dimensions.message(
      1,
      typeof dimension === 'number'
        ? new ProtobufWriter().int(1, dimension)
        : new ProtobufWriter().string(2, dimension),
    );
  const tensorType = new ProtobufWriter().int(1, FILE_ELEMENT_TYPES[type]).message(2, dimensions);
  return nameMessage(name).message(2, new ProtobufWriter().message(1, tensorType));
}

/** `ValueInfoProto` of an output with inferred type and shape. */
export function nameMessage(name: string): ProtobufWriter {
  return new ProtobufWriter().string(1, name);
}

/** The parts of a `GraphProto`, each message already written. */
export interface GraphParts {
  readonly nodes: readonly ProtobufWriter[];
  readonly constants: readonly ProtobufWriter[];
  readonly inputs: readonly ProtobufWriter[];
  readonly outputs: readonly ProtobufWriter[];
}

/** `ModelProto`: a whole model file. `domains` are the operator domains used beside the standard one. */
export function modelMessage(parts: GraphParts, domains: Iterable<string>): Uint8Array {
  const size = [...parts.nodes, ...parts.constants].reduce((sum, part) => sum + part.finish().length + 16, 4096);
  const graph = new ProtobufWriter(size);
  for (const node of parts.nodes) graph.message(1, node);
  graph.string(2, 'recorded');
  for (const constant of parts.constants) graph.message(5, constant);
  for (const input of parts.inputs) graph.message(11, input);
  for (const output of parts.outputs) graph.message(12, output);
  const model = new ProtobufWriter(size + 1024).int(1, IR_VERSION).message(7, graph);
  model.message(8, new ProtobufWriter().int(2, OPSET_VERSION));
  for (const domain of domains) model.message(8, new ProtobufWriter().string(1, domain).int(2, 1));
  return model.finish();
}
