import type { Evaluation } from '../../protocol/measure';

/** The answers that can be shown beside an evaluation: those of a cell of the confusion matrix, some of all, or none. */
export function answersOf({ tasks, confusion }: Evaluation): 'of a cell' | 'all' | 'none' {
  // Earlier versions knew one task.
  const [first = { name: 'classification' }, ...others] = tasks ?? [];
  if (others.length > 0) return 'none';
  if (first.name === 'classification') return confusion.length > 0 ? 'of a cell' : 'none';
  return first.name === 'regression' || first.name === 'reconstruction' ? 'all' : 'none';
}
