import type { StepName, StepOf } from '../../../protocol/steps';
import { evaluate } from './evaluate';
import type { StepKind } from './kind';
import { prune } from './prune';
import { recalibrate } from './recalibrate';
import { remove } from './remove';
import { rewind } from './rewind';
import { target } from './target';
import { finetune, train } from './train';

const kinds: { readonly [Name in StepName]: StepKind<StepOf<Name>> } = {
  train,
  prune,
  remove,
  target,
  finetune,
  recalibrate,
  rewind,
  evaluate,
};

/** The kind of a step. */
export function kindOf<Name extends StepName>({ step }: { step: Name }): StepKind<StepOf<Name>> {
  return kinds[step];
}
