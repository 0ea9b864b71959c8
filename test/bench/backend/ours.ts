/** The engine's backend as a contender of the bench. Argument: threads. */
import { installBackend } from '../../../src/engine/backend/index';
import { layers, tf } from '../../../src/engine/backend/tf';
import { serve } from './serve';

void installBackend({ threads: Number(process.argv[2]), onFallback: 'throw' }).then(() => serve({ tf, layers }));
