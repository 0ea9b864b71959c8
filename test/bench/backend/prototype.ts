/** The prototype's backend as a contender of the bench; `./backend.mjs` is its file beside the bundle. Argument: threads. */
import { install, layers, tf } from './backend.mjs';
import { serve } from './serve';

install({ session: { intraOpNumThreads: Number(process.argv[2]) } });
void tf.setBackend('onnx').then(() => serve({ tf, layers }));
