import { type DraftTensor, encodeForShapes, type ModelDraft, type ValueName } from '../encoding/draft';
import { ELEMENT_TYPES, type ElementType } from '../encoding/onnx-messages';
import type { OnnxRuntime, SessionOptions } from '../binding/types';

const TYPES: ReadonlyMap<number, ElementType> = new Map(
  Object.entries(ELEMENT_TYPES).map(([type, number]) => [number, type as ElementType]),
);

/**
 * Infers type and shape of all results of nodes by ONNX Runtime.
 *
 * @returns a function that throws an Error for an unknown shape
 */
export function inferShapes(
  runtime: OnnxRuntime,
  draft: ModelDraft,
  options: SessionOptions,
): (name: ValueName) => DraftTensor {
  const session = runtime.createSession(encodeForShapes(draft), { ...options, graphOptimizationLevel: 'disabled' });
  const known = new Map<ValueName, DraftTensor>();
  for (const { name, type: number, shape } of session.outputMetadata) {
    const type = TYPES.get(number);
    if (type !== undefined && shape.every((length) => length >= 0)) known.set(name, { name, type, shape });
  }
  session.dispose();
  return (name) => {
    const tensor = known.get(name);
    if (tensor === undefined) throw new Error(`ONNX Runtime does not report the shape of ${name}.`);
    return tensor;
  };
}
