import { evaluate } from './evaluate';
import { finetune } from './finetune';
import { prune } from './prune';
import { recalibrate } from './recalibrate';
import { remove } from './remove';
import { rewind } from './rewind';
import { target } from './target';
import { train } from './train';

/** All kinds of step, in the order in which they are offered. A new one is a line here and one in the list of the engine's rooms. */
export const definitions = [train, prune, remove, target, finetune, rewind, recalibrate, evaluate] as const;
