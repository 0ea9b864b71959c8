import { readGraph } from '../model/graph';
import type { Prepared } from './types';

/** Sizes that decide how long the steps of a run take. */
export interface WorkSizes {
  /** Examples of each split; 0 without data. */
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  /** Examples of the split on which results are measured; 0 where nothing is measured. */
  readonly reported: number;
  /** Multiply-accumulates of one example, as far as they are known. */
  readonly macs: number;
  readonly params: number;
  /** Layers whose kernels can be changed. */
  readonly kernels: number;
}

/** Returns the sizes of a prepared run. */
export function workSizes({ data, start }: Pick<Prepared, 'data' | 'start'>): WorkSizes {
  const of = (split: 'train' | 'validation' | 'test'): number => (data?.has(split) ? data.split(split).length : 0);
  const { layers } = readGraph(start);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return {
    ...{ train: of('train'), validation: of('validation'), test: of('test') },
    reported: data ? of(data.reported) : 0,
    macs: sum(layers.map(({ macs }) => macs ?? 0)),
    params: sum(layers.map(({ params }) => params)),
    kernels: layers.filter(({ prunable }) => prunable).length,
  };
}
