import { Examples, type ExampleStore } from '../../../src/engine/dataset/examples';
import type { NumericTargets, Target } from '../../../src/engine/dataset/sources/source';
import { factsOf, namedFacts } from '../../../src/engine/dataset/targets';
import type { DatasetDescriptor } from '../../../src/protocol/dataset';
import type { Split } from '../../../src/protocol/dataset';
import { RAW, type Normalization } from '../../../src/protocol/normalization';

/** Examples in memory and their targets: classes, numbers, both or none. */
export interface Given extends Pick<ExampleStore, 'shape'> {
  readonly values: Uint8Array | Float32Array;
  readonly lookup?: Float32Array | null;
  readonly normalization?: Normalization;
  readonly labels?: Int32Array;
  readonly classes?: number;
  readonly numbers?: NumericTargets;
  readonly named?: ReadonlyMap<string, NumericTargets>;
  readonly said?: Pick<DatasetDescriptor, 'task' | 'loss' | 'inputs' | 'outputs' | 'classNames'>;
}

/** Makes examples as a dataset would. */
export function examplesOf(given: Given, split: Split = 'train'): Examples {
  const { values, shape, lookup = null, labels, classes, numbers, said = {}, normalization = RAW, named } = given;
  const count = values.length / shape.reduce((product, size) => product * size, 1);
  const target: Target = labels
    ? { kind: 'class', labels, ...(numbers ? { numbers } : {}) }
    : numbers
      ? { kind: 'values', ...numbers }
      : { kind: 'none' };
  const part = { count, examples: { kind: 'array', values, shape }, target, named, examplesFrom: 'here', labelsFrom: 'here' } as const; // prettier-ignore
  const classNames = labels && Array.from({ length: classes ?? Math.max(...labels) + 1 }, (_, i) => String(i));
  return new Examples(split, {
    ...{ values, target, shape, lookup, normalization, named },
    members: Uint32Array.from({ length: count }, (_, i) => i),
    targets: { classNames, numbers: factsOf({ train: part }), named: namedFacts({ train: part }), said },
  });
}
