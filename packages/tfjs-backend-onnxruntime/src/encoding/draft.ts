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

/** Stands for no operator of ONNX Runtime: its result is the mean of its argument over all threads. */
export const ALL_REDUCE = 'AllReduce';

export interface DraftNode {
  readonly operator: string;
  /** Names, empty ones for optional inputs that are left out. */
  readonly inputs: readonly ValueName[];
  readonly outputs: readonly ValueName[];
  readonly message: ProtobufWriter;
}

/** Whether a node gives only another view of the same numbers. */
export const isView = ({ operator }: DraftNode): boolean => operator === 'Reshape';

export interface DraftConstant {
  readonly name: ValueName;
  readonly message: ProtobufWriter;
}

/** What goes into a model, or comes out of it. */
export interface DraftTensor {
  readonly name: ValueName;
  readonly type: ElementType;
  readonly shape: readonly number[];
}

/** An ONNX model whose parts can still be told from each other. */
export interface ModelDraft {
  /** Each after those that it reads. */
  readonly nodes: readonly DraftNode[];
  readonly constants: readonly DraftConstant[];
  readonly inputs: readonly DraftTensor[];
  readonly outputs: readonly DraftTensor[];
  /** Operator domains beside the standard one. */
  readonly domains: ReadonlySet<string>;
}

/**
 * The first output of every model, of a type that ONNX Runtime's binding for Node does not hand over. The binding copies all
 * outputs into new memory although they are in place already; a run that asks for this one ends before it does.
 */
export const STOP = 'stop';
const BFLOAT16 = 16;

/** The model file. */
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

/** The same with all that its nodes compute as outputs, which a session then tells the shapes of. It is not to be run. */
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
