import { t } from '../../protocol/l10n';
import { bytes, compact, milliseconds } from '../../protocol/format';
import { sizeWords } from '../../protocol/model';
import type { ChartedModel } from '../../protocol/runs-page';
import { BYTE_UNITS, COUNT_UNITS, type Units } from '../ui/scale';

/** A size over which checkpoints are drawn. */
export interface Size {
  readonly words: string;
  readonly units: Units;
  readonly format: (value: number, model: ChartedModel) => string;
  /** Null where it is not known. @param latency in milliseconds, where it was measured */
  readonly of: (model: ChartedModel, latency: number | null) => number | null;
}

const inBytes = { units: BYTE_UNITS, format: (value: number) => bytes(value) };
const counted = { units: COUNT_UNITS, format: compact };

export const SIZES = {
  packed: {
    ...{ words: t('bytes, packed'), units: BYTE_UNITS },
    format: (_, { totals }) => sizeWords(totals, 'packedBytes'),
    of: ({ totals }) => totals.packedBytes ?? null,
  },
  gzip: {
    ...{ words: t('bytes, gzipped'), units: BYTE_UNITS },
    format: (_, { totals }) => sizeWords(totals, 'gzipBytes'),
    of: ({ totals }) => totals.gzipBytes,
  },
  bytes: { words: t('bytes of the files'), ...inBytes, of: ({ totals }) => totals.bytes },
  params: { words: t('parameters'), ...counted, of: ({ totals }) => totals.params },
  nonzero: { words: t('nonzero parameters'), ...counted, of: ({ totals }) => totals.nonzero },
  macs: { words: t('MACs'), ...counted, of: ({ totals }) => totals.macs },
  latency: {
    words: t('latency of one example'),
    units: [['ms', 1]],
    format: (value) => t('{0} ms', milliseconds(value)),
    of: (_, latency) => latency,
  },
} satisfies Record<string, Size>;
export type SizeName = keyof typeof SIZES;
export const SIZE_NAMES = ['packed', 'gzip', 'bytes', 'params', 'nonzero', 'macs', 'latency'] as const satisfies readonly SizeName[]; // prettier-ignore

/** The heads of columns. */
export const SIZE_TITLES: Readonly<Record<SizeName, string>> = {
  packed: t('Packed'),
  gzip: t('Gzip'),
  bytes: t('Files'),
  params: t('Parameters'),
  nonzero: t('Nonzero'),
  macs: t('MACs'),
  latency: t('Latency'),
};
