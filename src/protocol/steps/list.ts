import { binarize } from './binarize';
import { cluster } from './cluster';
import { compact } from './compact';
import { distill } from './distill';
import { evaluate } from './evaluate';
import { factorize } from './factorize';
import { finetune } from './finetune';
import { merge } from './merge';
import { pack } from './pack';
import { prune } from './prune';
import { quantize } from './quantize';
import { recalibrate } from './recalibrate';
import { remove } from './remove';
import { rewind } from './rewind';
import { target } from './target';
import { ternarize } from './ternarize';
import { train } from './train';

/** All kinds of step in the order of menus. A new step needs a line here and a line in the list of the engine's steps. */
export const definitions = [
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
  rewind,
  recalibrate,
  evaluate,
  pack,
] as const;
