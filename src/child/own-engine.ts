import { t } from '../protocol/l10n';
import type { EngineInfo, EngineRequests } from '../protocol/engine';
import { CancelledError } from '../protocol/errors';
import type { Client } from '../rpc/peer';
import type { EngineProcess } from './engine-process';

/** Asks one long question of a new engine and stops it afterwards. The shared engine stays free, and a cancel harms nothing else. */
export async function withOwnEngine<T>(
  create: () => EngineProcess,
  signal: AbortSignal,
  use: (call: Client<EngineRequests>, info: EngineInfo) => Promise<T>,
): Promise<T> {
  const engine = create();
  try {
    const info = await engine.ready;
    if (signal.aborted) throw new CancelledError();
    return await use(engine.call, info);
  } catch (error) {
    throw signal.aborted ? new CancelledError() : error;
  } finally {
    await engine.stop(t('The question is answered.'));
  }
}
