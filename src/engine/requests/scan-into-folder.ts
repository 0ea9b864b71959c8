import type { EngineInfo } from '../../protocol/engine';
import type { Progress } from '../../protocol/measure';
import {
  scanAmounts,
  type Sensitivity,
  type SensitivityOptions,
  type SensitivityPart,
} from '../../protocol/measure/sensitivity';
import type { Checkpoint } from '../checkpoint/types';
import { createMethod } from '../compress/create-method';
import type { Dataset } from '../dataset/open-data';
import { inLockedFolder } from '../folder/in-locked-folder';
import { Sample } from '../measure/sample';
import { StoredPoints } from '../measure/sensitivity/points';
import { scanSensitivity } from '../measure/sensitivity/scan';

/** The options of a requested scan. */
export interface SensitivityRequest {
  readonly options: SensitivityOptions;
  readonly seed: number;
  /** Folder that keeps the points; made where it is missing. */
  readonly out?: string | undefined;
}

/** Scans the sensitivity of a checkpoint; keeps the points in a locked folder where one is given. @throws UserError, CancelledError */
export async function scanIntoFolder(
  checkpoint: Checkpoint,
  dataset: Dataset,
  { options, seed, out }: SensitivityRequest,
  backend: EngineInfo['backend'],
  { signal, report }: { signal: AbortSignal; report: (part: SensitivityPart) => void },
): Promise<Sensitivity> {
  const { info, normalization } = dataset;
  const sample = new Sample(dataset.split('validation'), options.samples);
  const onProgress = (progress: Progress): void => {
    report({ part: 'progress', progress });
  };
  const { compressor } = await createMethod(checkpoint, options, { data: dataset, seed, signal, onProgress });
  const scan = async (known?: StoredPoints): Promise<Sensitivity> => {
    const outcome = await scanSensitivity({
      model: checkpoint,
      compressor,
      sample,
      options,
      amounts: scanAmounts(options),
      known,
      signal,
      onPart: report,
    });
    const result: Sensitivity = {
      weightsHash: checkpoint.weightsHash,
      dataset: { name: info.name, sample: info.sample },
      normalization,
      split: 'validation',
      samples: sample.length,
      options,
      ...outcome,
    };
    await known?.finish(result);
    return result;
  };
  if (out === undefined) return scan();
  return inLockedFolder(out, async (folder) => {
    const { by, score, granularity = 'element' } = options;
    const identity = {
      weightsHash: checkpoint.weightsHash,
      images: sample.hash(),
      method: { by, score, granularity, seed },
      backend,
    };
    return scan(await StoredPoints.open(folder, '', identity));
  });
}
