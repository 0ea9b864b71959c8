import { createHash } from 'node:crypto';
import path from 'node:path';
import { CancelledError } from '../../protocol/errors';
import type { Sensitivity, SensitivityOptions, SensitivityPart } from '../../protocol/measure/sensitivity';
import type { HandlerContext } from '../../rpc/peer';
import { withOwnEngine } from '../child/own-engine';
import { pickData } from '../data/pick-data';
import { modelLabel } from '../job/folder-name';
import type { Services } from '../services';
import type { OpenCheckpoint } from './open-checkpoint';

/**
 * Scans the sensitivity of each layer of a panel's checkpoint. Points are kept with the extension's own files: a scan that
 * was cancelled, or lost its page, goes on where it was when it is asked for again. Throws UserError, CancelledError.
 */
export async function scanInPanel(
  panel: OpenCheckpoint,
  services: Pick<Services, 'context' | 'createEngine' | 'datasets' | 'engine'>,
  { options, seed }: { options: SensitivityOptions; seed: number },
  { signal, report }: HandlerContext<SensitivityPart>,
): Promise<Sensitivity> {
  const { model } = panel;
  if (panel.data === undefined) await pickData(services.datasets, modelLabel(model));
  await panel.settleNormalization(signal);
  const { data } = panel;
  if (data === undefined) throw new CancelledError();
  const { weightsHash } = await services.engine.call('inspect', { model }, { signal });
  return withOwnEngine(services.createEngine, signal, (call, { backend }) => {
    // One folder for all that decides the figures; sparsities that are added find the points of those that were there.
    const about = [
      weightsHash,
      data,
      services.datasets.known(data)?.folder,
      { ...options, sparsities: null },
      seed,
      backend,
    ];
    const key = createHash('sha256').update(JSON.stringify(about)).digest('hex').slice(0, 32);
    const out = path.join(services.context.globalStorageUri.fsPath, 'sensitivity', key);
    return call('sensitivity', { model, data, options, seed, out }, { signal, onProgress: report });
  });
}
