import type { StepName, StepOf } from '../../../protocol/steps';
import type { StepKind } from './kind';
import { kinds } from './list';

/** Returns the engine's side of a step. */
export function kindOf<Name extends StepName>({ step }: { step: Name }): StepKind<StepOf<Name>> {
  return kinds[step];
}
