import { createHash } from 'node:crypto';
import path from 'node:path';
import { CancelledError } from '../../protocol/errors';
import type { Sensitivity, SensitivityOptions, SensitivityPart } from '../../protocol/measure/sensitivity';
import type { HandlerContext } from '../../rpc/peer';
import { withOwnEngine } from '../../child/own-engine';
import { pickData } from '../data/pick-data';
import type { OpenCheckpoint } from './open-checkpoint';
import type { PanelTools } from './tools';

/**
 * Scans the sensitivity of each layer of a panel's checkpoint. Points are stored with the extension's own files, so that a
 * scan that was cancelled or lost its page continues on the next request. @throws UserError, CancelledError
 */
export async function scanInPanel(
  panel: OpenCheckpoint,
  {
    engine,
    createEngine,
    datasets,
    dataPages,
    storageFolder,
  }: Pick<PanelTools, 'engine' | 'createEngine' | 'datasets' | 'dataPages' | 'storageFolder'>,
  { options, seed }: { options: SensitivityOptions; seed: number },
  { signal, report }: HandlerContext<SensitivityPart>,
): Promise<Sensitivity> {
  const { model } = panel;
  if (panel.data === undefined) await pickData({ datasets, dataPages }, model);
  await panel.settleNormalization(signal);
  const { data } = panel;
  if (data === undefined) throw new CancelledError();
  const { weightsHash } = await engine.call('inspect', { model }, { signal });
  return withOwnEngine(createEngine, signal, (call, { backend }) => {
    // The folder depends on everything that changes the figures. Sparsities and bits are no part of it, so that added ones keep the earlier points.
    const about = [
      weightsHash,
      data,
      datasets.known(data)?.folder,
      { ...options, sparsities: null, bits: undefined },
      seed,
      backend,
    ];
    const key = createHash('sha256').update(JSON.stringify(about)).digest('hex').slice(0, 32);
    const out = path.join(storageFolder, 'sensitivity', key);
    return call('sensitivity', { model, data, options, seed, out }, { signal, onProgress: report });
  });
}
