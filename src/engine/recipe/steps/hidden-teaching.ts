import type { DistillStep } from '../../../protocol/steps/distill';
import type { ModelContent } from '../../checkpoint/types';
import { readGraph } from '../../model/graph';
import { chosenPairs, namedPairs } from '../../train/hidden/pairs';
import { lessonsOf, type HiddenTeaching } from '../../train/hidden/rows';

/** Returns what hidden layers of a teacher teach a student; undefined where the step asks for nothing. @throws UserError */
export function hiddenTeaching(
  { hints = 0, attention = 0, pairs }: DistillStep,
  student: ModelContent,
  teacher: ModelContent,
): HiddenTeaching | undefined {
  if (hints === 0 && attention === 0) return undefined;
  const [ours, theirs] = [readGraph(student), readGraph(teacher)];
  const teaching = { hints, attention, pairs: pairs ? namedPairs(pairs, ours, theirs) : chosenPairs(ours, theirs) };
  lessonsOf(teaching);
  return teaching;
}
