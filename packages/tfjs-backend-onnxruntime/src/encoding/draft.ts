import {
  type ElementType,
  emptyTensorMessage,
  modelMessage,
  nameMessage,
  nodeMessage,
  valueInfoMessage,
} from './onnx-messages';
import type { ProtobufWriter } from './protobuf';

/** The name of a value inside one ONNX model. */
export type ValueName = string;

/**
 * The operator of an all-reduce node, which ONNX Runtime does not have. Its result is the mean of its argument over all
 * workers.
 */
export const ALL_REDUCE = 'AllReduce';

export interface DraftNode {
  readonly operator: string;
  /** Names of the inputs; empty for optional inputs that are left out. */
  readonly inputs: readonly ValueName[];
  readonly outputs: readonly ValueName[];
  readonly message: ProtobufWriter;
}

/** True if a node only gives another view of the same data. */
export const isView = ({ operator }: DraftNode): boolean => operator === 'Reshape';

export interface DraftConstant {
  readonly name: ValueName;
  readonly message: ProtobufWriter;
}

/** An input or output of a model. */
export interface DraftTensor {
  readonly name: ValueName;
  readonly type: ElementType;
  readonly shape: readonly number[];
}

/** An ONNX model before encoding. */
export interface ModelDraft {
  /** The nodes, each after its inputs. */
  readonly nodes: readonly DraftNode[];
  readonly constants: readonly DraftConstant[];
  readonly inputs: readonly DraftTensor[];
  readonly outputs: readonly DraftTensor[];
  /** Operator domains beside the standard one. */
  readonly domains: ReadonlySet<string>;
}

/**
 * The first output of every model. ONNX Runtime's binding for Node cannot return its type. The binding copies all
 * outputs into new memory although the fetched tensors hold them already; a run that fetches this output fails before
 * the copies.
 */
export const STOP = 'stop';
const BFLOAT16 = 16;

/** Encodes the model file. */
export function encodeDraft({ nodes, constants, inputs, outputs, domains }: ModelDraft): Uint8Array {
  const info = ({ name, type, shape }: DraftTensor): ProtobufWriter => valueInfoMessage(name, type, shape);
  const parts = {
    nodes: nodes.map(({ message }) => message),
    constants: [emptyTensorMessage(STOP, BFLOAT16), ...constants.map(({ message }) => message)],
    inputs: inputs.map(info),
    outputs: [nameMessage(STOP), ...outputs.map(info)],
  };
  return modelMessage(parts, domains);
}

/**
 * Encodes a model whose outputs are the results of all nodes. A session then reports their shapes. The model must not
 * be run.
 */
export function encodeForShapes({ nodes, constants, inputs, domains }: ModelDraft): Uint8Array {
  const parts = {
    nodes: nodes.map(({ operator, inputs: from, outputs: to, message }) =>
      operator === ALL_REDUCE ? nodeMessage('Identity', from, to, {}, '') : message,
    ),
    constants: constants.map(({ message }) => message),
    inputs: inputs.map(({ name, type, shape }) => valueInfoMessage(name, type, shape)),
    outputs: nodes.flatMap(({ outputs }) => outputs.map(nameMessage)),
  };
  return modelMessage(parts, domains);
}
