import { CancelledError, UserError } from '../../../protocol/errors';
import type {
  LayerSensitivity,
  ScanScores,
  Sensitivity,
  SensitivityOptions,
  SensitivityPart,
  SensitivityPoint,
} from '../../../protocol/measure/sensitivity';
import type { ModelContent } from '../../checkpoint/types';
import { Stage } from '../../model/stage';
import { Pace } from '../../pace';
import type { Sample } from '../sample';
import type { LayerCutter } from './cutter';

/** Points that are known already, and a place for new ones. */
export interface KnownPoints {
  baseline(): ScanScores | undefined;
  find(layer: string, sparsity: number): SensitivityPoint | undefined;
  /** Resolves once it is kept. */
  keepBaseline(baseline: ScanScores): Promise<void>;
  keep(layer: string, point: SensitivityPoint): Promise<void>;
}

export interface ScanInput {
  readonly model: ModelContent;
  readonly cutter: LayerCutter;
  readonly sample: Sample;
  readonly options: Pick<SensitivityOptions, 'sparsities' | 'collapse'>;
  readonly known?: KnownPoints | undefined;
  readonly signal: AbortSignal;
  readonly onPart?: ((part: SensitivityPart) => void) | undefined;
}

/** What a scan came to. */
export type ScanOutcome = Pick<Sensitivity, 'baseline' | 'layers' | 'seconds' | 'reused'>;

/**
 * Accuracy and loss of a model with one layer cut at a time. Weights change in place, so that no graph is compiled anew.
 * A layer is left once it has collapsed; points that are known are not measured again.
 * @throws UserError where there is no layer to scan, or model and images do not fit each other; CancelledError
 */
export async function scanSensitivity(input: ScanInput): Promise<ScanOutcome> {
  const { model, cutter, sample, known, signal, onPart } = input;
  const start = performance.now();
  const scanned = cutter.layers.filter(({ state }) => state === 'scanned');
  if (scanned.length === 0)
    throw new UserError(
      'The model has no layer that can be cut in this way, so there is nothing to scan: choose another granularity or another model.',
    );
  const sparsities = [...new Set(input.options.sparsities)].sort((a, b) => a - b);
  const stage = await Stage.build(model);
  try {
    return await stage.exclusively((running) =>
      sample.measuring(running, async (score) => {
        const before = known?.baseline();
        const baseline = before ?? (await score(signal));
        if (!before) await known?.keepBaseline(baseline);
        onPart?.({ part: 'begin', baseline, layers: [...cutter.layers] });
        const points = scanned.length * sparsities.length;
        const pace = new Pace('scanning layers', points * sample.length, 'images', (progress) =>
          onPart?.({ part: 'progress', progress }),
        );
        const collapse = collapsed(baseline, sample.classes, input.options.collapse);
        let reused = 0;
        const layers: LayerSensitivity[] = [];
        for (const layer of cutter.layers) {
          const curve: SensitivityPoint[] = [];
          let collapsedAt: number | undefined;
          for (const [i, sparsity] of (layer.state === 'scanned' ? sparsities : []).entries()) {
            if (signal.aborted) throw new CancelledError();
            const found = known?.find(layer.name, sparsity);
            if (found) {
              reused++;
              pace.shorten(sample.length);
            }
            const point = found ?? (await measure(layer.name, sparsity, curve.at(-1)));
            if (!found) await known?.keep(layer.name, point);
            curve.push(point);
            const over = collapse(point);
            onPart?.({ part: 'point', layer: layer.name, point, collapsed: over });
            if (!over) continue;
            collapsedAt = sparsity;
            pace.shorten((sparsities.length - i - 1) * sample.length);
            break;
          }
          layers.push({ ...layer, points: curve, ...(collapsedAt === undefined ? {} : { collapsedAt }) });
        }
        return { baseline, layers, seconds: (performance.now() - start) / 1000, reused };

        async function measure(
          layer: string,
          sparsity: number,
          previous: SensitivityPoint | undefined,
        ): Promise<SensitivityPoint> {
          const { tensors, reached } = await cutter.cut(layer, sparsity);
          if (previous?.reached === reached) {
            // Whole groups made the same cut of it.
            pace.shorten(sample.length);
            return { ...previous, sparsity };
          }
          stage.show(tensors);
          const advance = (images: number): void => {
            pace.advance(images);
          };
          const scores = await score(signal, advance, stage.changed);
          return { sparsity, reached, ...scores };
        }
      }),
    );
  } finally {
    stage.dispose();
  }
}

/** Tells whether a point has lost `share` of the accuracy that the model has above guessing; never where that is all of it. */
function collapsed(baseline: ScanScores, classes: number, share: number): (point: ScanScores) => boolean {
  const chance = 1 / classes;
  const above = baseline.accuracy - chance;
  return ({ accuracy }) => share < 1 && above > 0 && baseline.accuracy - accuracy >= share * above;
}
