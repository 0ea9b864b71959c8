import type { ModelBuilder, ValueName } from '../../encoding/model-builder';
import { ELEMENT_TYPES, type ElementType } from '../../encoding/onnx-messages';
import { nativeArray, type NativeType, sameShape } from '../../graph/native-types';
import type { NativeValue, Value } from '../../graph/value';
import type { Emission } from '../emission';

/** Adds a constant scalar. */
export function scalar(builder: ModelBuilder, type: NativeType, value: number): ValueName {
  return builder.constant(type, [], nativeArray(type, [value]));
}

export function cast(builder: ModelBuilder, input: ValueName, to: ElementType): ValueName {
  return builder.op('Cast', [input], { to: ELEMENT_TYPES[to] });
}

/** Returns `tested` where it is NaN, else `value`. Several operators of ONNX Runtime lose NaN, which tfjs keeps. */
export function keepNaN(builder: ModelBuilder, tested: ValueName, value: ValueName): ValueName {
  return builder.op('Where', [builder.op('IsNaN', [tested]), tested, value]);
}

/** True if two images of one shape can be combined in blocks and at least one of them is in blocks already. */
export function staysBlocked(emission: Emission, result: NativeValue, a: Value, b: Value): boolean {
  if (result.shape.length !== 4 || !sameShape(a.shape, result.shape) || !sameShape(b.shape, result.shape)) return false;
  if (a.dtype !== 'float32' || result.dtype !== 'float32') return false;
  return emission.canCombineInBlocks(a, b);
}
