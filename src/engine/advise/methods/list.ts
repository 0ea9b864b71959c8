import { cluster } from './cluster';
import { compact } from './compact';
import { distill } from './distill';
import { factorize } from './factorize';
import { merge } from './merge';
import type { AdviceMethod } from './method';
import { prune } from './prune';
import { quantize } from './quantize';
import { remove } from './remove';

/** All methods of an advice, in the order of its tables. A new one needs a file, a name in the protocol, and a line here. */
export const methods: readonly AdviceMethod[] = [merge, factorize, compact, remove, prune, quantize, cluster, distill];
