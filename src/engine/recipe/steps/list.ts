import type { StepName, StepOf } from '../../../protocol/steps';
import { compact } from './compact';
import { distill } from './distill';
import { evaluate } from './evaluate';
import { factorize } from './factorize';
import type { StepKind } from './kind';
import { merge } from './merge';
import { pack } from './pack';
import { prune } from './prune';
import { quantize } from './quantize';
import { recalibrate } from './recalibrate';
import { remove } from './remove';
import { binarize, cluster, ternarize } from './restrict';
import { rewind } from './rewind';
import { target } from './target';
import { finetune, train } from './train';

/** The engine's side of each kind of step. A new one is a line here and one in the list of definitions. */
export const kinds: { readonly [Name in StepName]: StepKind<StepOf<Name>> } = {
  train,
  merge,
  prune,
  remove,
  factorize,
  compact,
  quantize,
  cluster,
  ternarize,
  binarize,
  distill,
  target,
  finetune,
  recalibrate,
  rewind,
  evaluate,
  pack,
};
