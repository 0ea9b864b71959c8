import type { tf } from '../tf';
import type { NativeTensor } from '../binding/types';
import type { NativeType } from './native-types';
import type { Operation, OperationKind } from './operations';

/** A kernel call that is recorded but not computed yet. */
export interface PendingNode<K extends OperationKind = OperationKind> {
  readonly operation: Operation<K>;
  readonly inputs: readonly Value[];
  /** The shape under which the call reads each input. A reshape is another view of the same value. */
  readonly inputShapes: readonly (readonly number[])[];
  /** A number shared by all nodes with the same operation, attributes, shapes and types. */
  readonly signature: number;
}

/** The data of one tensor, or the promise of it: `node` is set until a flush has computed `data`. */
export class Value {
  data: tf.BackendValues | null = null;
  node: PendingNode | null = null;
  /** The error of the run that should have computed this value. Readers throw it. */
  failure: Error | null = null;
  /** The two halves of a complex64 tensor. */
  complex: { readonly real: tf.TensorInfo; readonly imag: tf.TensorInfo } | null = null;
  /** Number of tensors that refer to this value. */
  refCount = 1;
  /** Number of pending nodes that read this value. */
  uses = 0;
  disposed = false;
  /** True if `data` came from the buffer pool and nobody outside has seen it. */
  recyclable = false;
  /** True if the data is replaced at each run of a traced function. Recorded graphs must not depend on it. */
  placeholder = false;
  /** The native tensor over `data`, created when it is first fed. */
  tensor: NativeTensor | null = null;
  /** Marks of the planner. */
  visit = 0;
  index = 0;

  #typeText = '';

  constructor(
    readonly shape: readonly number[],
    readonly dtype: tf.DataType,
  ) {}

  /** Type and shape as text, for the keys of graphs. */
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

/** True if `value` is pending and of this kind of operation. */
export function isPendingOf<K extends OperationKind>(value: Value, kind: K): value is PendingValue<K> {
  return value.node?.operation.kind === kind;
}
