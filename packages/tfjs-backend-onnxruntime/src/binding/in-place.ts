import { STOP } from '../encoding/draft';
import { ModelBuilder } from '../encoding/model-builder';
import type { Fetches, NativeSession, NativeTensor, OnnxRuntime } from './types';
import { sessionOptions } from './session-options';

/** Ending a run by an error takes as long as copying this many bytes. */
const WORTH_STOPPING_BYTES = 2 ** 16;

/**
 * Returns the additional fetch that keeps the binding from copying outputs; empty if it costs more than it saves.
 *
 * @param bytes bytes of all outputs
 */
export function stopAfter({ stopped }: Pick<OnnxRuntime, 'stopped'>, bytes: number): Readonly<Record<string, null>> {
  return stopped === null || bytes < WORTH_STOPPING_BYTES ? {} : { [STOP]: null };
}

/** Runs a session. The results are in the fetched tensors. */
export function runInPlace(
  { stopped }: Pick<OnnxRuntime, 'stopped'>,
  session: NativeSession,
  feeds: Readonly<Record<string, NativeTensor>>,
  fetches: Fetches,
): void {
  try {
    session.run(feeds, fetches, {});
  } catch (error) {
    if (stopped === null || !(error instanceof Error) || error.message !== stopped) throw error;
  }
}

/** Finds the message of the error of a run that fetches `STOP`; null if the other outputs are not computed by then. */
export function findStop(runtime: Pick<OnnxRuntime, 'createSession' | 'createTensor'>): string | null {
  const builder = new ModelBuilder();
  const name = builder.output(builder.op('Add', [builder.float(1), builder.float(2)]), 'float32', []);
  const session = runtime.createSession(builder.encode(), sessionOptions(1));
  const result = new Float32Array(1);
  try {
    session.run({}, { [STOP]: null, [name]: runtime.createTensor('float32', result, []) }, {});
    return null;
  } catch (error) {
    return error instanceof Error && result[0] === 3 ? error.message : null;
  } finally {
    session.dispose();
  }
}
