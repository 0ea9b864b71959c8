import type { tf } from '../tf';
import type { NativeTensor } from '../binding/types';
import type { NativeType } from './native-types';
import type { Operation, OperationKind } from './operations';

/** A recorded, not yet computed kernel call. */
export interface PendingNode<K extends OperationKind = OperationKind> {
  readonly operation: Operation<K>;
  readonly inputs: readonly Value[];
  /** The shape under which the call saw each input: a reshape is only another view of the same value. */
  readonly inputShapes: readonly (readonly number[])[];
  /** A number shared by all nodes with the same operation, attributes, shapes and types. */
  readonly signature: number;
}

/** The data behind one tensor, or the promise of it: `node` is set until a flush has computed `data`. */
export class Value {
  data: tf.BackendValues | null = null;
  node: PendingNode | null = null;
  /** Set when the run that should have computed this value failed; thrown by whoever reads it. */
  failure: Error | null = null;
  /** The two halves of a complex64 tensor. */
  complex: { readonly real: tf.TensorInfo; readonly imag: tf.TensorInfo } | null = null;
  /** References held by tensors. */
  refCount = 1;
  /** Pending nodes that still read this value. */
  uses = 0;
  disposed = false;
  /** Whether `data` came from the buffer pool and nobody outside has seen it. */
  recyclable = false;
  /** Whether its data is to be replaced: what is recorded must not depend on it. */
  placeholder = false;
  /** The native tensor over `data`, made when first fed. */
  tensor: NativeTensor | null = null;
  /** Scratch marks of the planner. */
  visit = 0;
  index = 0;

  #typeText = '';

  constructor(
    readonly shape: readonly number[],
    readonly dtype: tf.DataType,
  ) {}

  /** Its type and shape, as keys of graphs have them. */
  get typeText(): string {
    if (this.#typeText === '') this.#typeText = typeText(this.dtype, this.shape);
    return this.#typeText;
  }
}

export function typeText(dtype: tf.DataType, shape: readonly number[]): string {
  return `${dtype}[${shape.join()}]`;
}

/** A value that a recorded graph computes or reads. */
export type NativeValue = Value & { readonly dtype: NativeType };
/** A value that waits for its flush. */
export type PendingValue<K extends OperationKind = OperationKind> = NativeValue & { node: PendingNode<K> };

export function isPending(value: Value): value is PendingValue {
  return value.node !== null;
}

/** Whether `value` waits for an operation of this kind. */
export function isPendingOf<K extends OperationKind>(value: Value, kind: K): value is PendingValue<K> {
  return value.node?.operation.kind === kind;
}
