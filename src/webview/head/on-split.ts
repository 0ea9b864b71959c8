import type { Split } from '../../protocol/dataset';
import { t, translated } from '../../protocol/l10n';
import type { Metric } from '../../protocol/metric';

/** The title of a metric on a split: `Accuracy, validation`. */
export const onSplit = ({ title }: Metric, split: Split): string => t(`{0}, ${split}`, translated(title));
