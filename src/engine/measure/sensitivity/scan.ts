import { CancelledError, UserError } from '../../../protocol/errors';
import type { Measurement } from '../../../protocol/measure/measurement';
import type {
  LayerSensitivity,
  Sensitivity,
  SensitivityOptions,
  SensitivityPart,
  SensitivityPoint,
} from '../../../protocol/measure/sensitivity';
import type { ModelContent } from '../../checkpoint/types';
import { WeightSwap } from '../../model/weight-swap';
import { ProgressMeter } from '../../progress-meter';
import type { Sample } from '../sample';
import { collapseOf } from './collapse';
import type { LayerCompressor } from './compressor';

/** Known points, and storage for new ones. */
export interface KnownPoints {
  baseline(): Measurement | undefined;
  find(layer: string, amount: number): SensitivityPoint | undefined;
  /** Resolves once it is stored. */
  keepBaseline(baseline: Measurement): Promise<void>;
  keep(layer: string, point: SensitivityPoint): Promise<void>;
}

export interface ScanInput {
  readonly model: ModelContent;
  readonly compressor: LayerCompressor;
  readonly sample: Sample;
  readonly options: Pick<SensitivityOptions, 'by' | 'collapse'>;
  /** From little to much compression. */
  readonly amounts: readonly number[];
  readonly known?: KnownPoints | undefined;
  /** True once nothing more is to be measured: layers then end with the points that they have. */
  readonly enough?: (() => boolean) | undefined;
  readonly signal: AbortSignal;
  readonly onPart?: ((part: SensitivityPart) => void) | undefined;
}

/** The results of a scan. */
export type ScanOutcome = Pick<Sensitivity, 'baseline' | 'layers' | 'seconds' | 'reused'>;

/**
 * Measures metrics and loss of a model with one compressed layer at a time. Weights change in place, so that no graph is
 * compiled again. A layer ends once it has collapsed; known points are not measured again.
 * @throws UserError where there is no layer to scan, or model and examples do not fit; CancelledError
 */
export async function scanSensitivity(input: ScanInput): Promise<ScanOutcome> {
  const { model, compressor, sample, amounts, known, enough, signal, onPart } = input;
  const start = performance.now();
  const scanned = compressor.layers.filter(({ state }) => state === 'scanned');
  if (scanned.length === 0)
    throw new UserError(
      'The model has no layer that can be cut in this way, so there is nothing to scan: choose another granularity or another model.',
    );
  const quantizes = input.options.by === 'quantize';
  const swap = await WeightSwap.build(model);
  try {
    return await swap.exclusively((running) =>
      sample.measuring(running, async (evaluate) => {
        const before = known?.baseline();
        const baseline = before ?? (await evaluate(signal));
        if (!before) await known?.keepBaseline(baseline);
        onPart?.({ part: 'begin', baseline, layers: [...compressor.layers] });
        const points = scanned.length * amounts.length;
        const meter = new ProgressMeter('scanning layers', points * sample.length, 'examples', (progress) =>
          onPart?.({ part: 'progress', progress }),
        );
        const hasCollapsed = collapseOf(baseline, sample.trivial.main, input.options.collapse);
        let reused = 0;
        const layers: LayerSensitivity[] = [];
        for (const layer of compressor.layers) {
          const curve: SensitivityPoint[] = [];
          let collapsedAt: number | undefined;
          for (const [i, amount] of (layer.state === 'scanned' ? amounts : []).entries()) {
            if (signal.aborted) throw new CancelledError();
            const found = known?.find(layer.name, amount);
            if (!found && enough?.()) {
              meter.shorten((amounts.length - i) * sample.length);
              break;
            }
            if (found) {
              reused++;
              meter.shorten(sample.length);
            }
            const point = found ?? (await measure(layer.name, amount, curve.at(-1)));
            if (!found) await known?.keep(layer.name, point);
            curve.push(point);
            const over = hasCollapsed(point);
            onPart?.({ part: 'point', layer: layer.name, point, collapsed: over });
            if (!over) continue;
            collapsedAt = amount;
            meter.shorten((amounts.length - i - 1) * sample.length);
            break;
          }
          layers.push({ ...layer, points: curve, ...(collapsedAt === undefined ? {} : { collapsedAt }) });
        }
        return { baseline, layers, seconds: (performance.now() - start) / 1000, reused };

        async function measure(
          layer: string,
          amount: number,
          previous: SensitivityPoint | undefined,
        ): Promise<SensitivityPoint> {
          const { tensors, reached } = await compressor.compress(layer, amount);
          if (!quantizes && previous?.reached === reached) {
            // Whole groups led to the same weights.
            meter.shorten(sample.length);
            return { ...previous, sparsity: amount };
          }
          swap.set(tensors);
          const advance = (examples: number): void => {
            meter.advance(examples);
          };
          const metrics = await evaluate(signal, advance, swap.changed);
          return { ...(quantizes ? { bits: amount, sparsity: reached } : { sparsity: amount }), reached, ...metrics };
        }
      }),
    );
  } finally {
    swap.dispose();
  }
}
