import { batch, computed, effect, signal } from '@preact/signals';
import { CancelledError, firstComplaint } from '../../protocol/errors';
import { SensitivityOptions } from '../../protocol/measure/sensitivity';
import { mainMetric, mainText } from '../../protocol/metric';
import type { JsonObject } from '../../protocol/json';
import { fieldsOf, type Field } from '../../protocol/fields';
import { plural } from '../../protocol/format';
import { t, translated } from '../../protocol/l10n';
import { translatedFields } from '../form/translated-fields';
import { emptyScan, finishedScan, onScanPart, type ScanView } from '../sensitivity/scan';
import { ask } from './host';
import { announcement, cannotEvaluate, inspection, seed } from './session';

/** The draft of the options of the next scan. */
export const scanOptions = signal<JsonObject>({});
export const scan = signal<ScanView | null>(null);
export const scanning = signal(false);
export const scanProblem = signal<string | null>(null);

const checked = computed(() => SensitivityOptions.safeParse(scanOptions.value));

/** The fault of the options, with its place; null: none. */
export const scanComplaint = computed(() => (checked.value.error ? firstComplaint(checked.value.error) : null));

let fields: readonly Field[] | undefined;

/** The fields of the options' form. */
export const scanFields = (): readonly Field[] => (fields ??= translatedFields(fieldsOf(SensitivityOptions)));

let abort: AbortController | undefined;

/** Scans all layers; curves grow while it measures. */
export async function startScan(): Promise<void> {
  if (scanning.value || cannotEvaluate.value !== null) return;
  const options = checked.value;
  if (!options.success) return;
  const own = (abort = new AbortController());
  batch(() => {
    scanning.value = true;
    scanProblem.value = null;
    scan.value = emptyScan(options.data.by);
  });
  try {
    const result = await ask(
      'sensitivity',
      { options: options.data, seed: seed.value },
      {
        signal: own.signal,
        onProgress: (part) => (scan.value = onScanPart(scan.value ?? emptyScan(options.data.by), part)),
      },
    );
    scan.value = finishedScan(result);
    announcement.value = t(
      'Sensitivity of {0} on {1}, from {2} {3}.',
      plural(result.layers.length, 'layer'),
      plural(result.samples, 'example'),
      translated(mainMetric(result.baseline.metrics).words),
      mainText(result.baseline.metrics, 1),
    );
  } catch (error) {
    if (!(error instanceof CancelledError)) scanProblem.value = error instanceof Error ? error.message : String(error);
  } finally {
    scanning.value = false;
  }
}

export const cancelScan = (): void => abort?.abort();

/** Forgets the curves, because the weights changed. */
export function followWeights(): void {
  let of: string | undefined;
  effect(() => {
    const hash = inspection.value?.weightsHash;
    if (hash === of) return;
    of = hash;
    abort?.abort();
    scan.value = null;
  });
}
