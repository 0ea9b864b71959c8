import type { ModelBuilder, ValueName } from '../../encoding/model-builder';
import { ELEMENT_TYPES, type ElementType } from '../../encoding/onnx-messages';
import { nativeArray, type NativeType } from '../../graph/native-types';

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
