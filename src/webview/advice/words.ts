import { afterWords, type AdviceMethodName, type AdvisedRecipe, type LayerSaving } from '../../protocol/advice';
import { bytes, compact, duration, marked, milliseconds, percent } from '../../protocol/format';
import { t, translated } from '../../protocol/l10n';
import { mainText } from '../../protocol/metric';

/** The methods at the head of a column. */
export const METHOD_HEADS: Readonly<Record<AdviceMethodName, string>> = {
  merge: t('Merge'),
  factorize: t('Thin layers'),
  compact: t('Compact convolutions'),
  remove: t('Remove channels'),
  prune: t('Prune to zeros'),
  quantize: t('Fewer bits'),
  cluster: t('Few values'),
  distill: t('A student'),
};

/** What a method could save in a layer, in a few words. */
export function savingWords({ state, amount = '', saves, metrics }: LayerSaving): string {
  if (state === 'offers')
    return [
      translated(amount),
      ...(saves && saves.bytes > 0 ? [t('~{0} less', bytes(saves.bytes))] : []),
      ...(saves && saves.macs > 0 ? [t('{0} MACs less', compact(saves.macs))] : []),
    ].join(t(', '));
  if (state === 'costs')
    return metrics
      ? t('{0} at {1}', mainText(metrics, 1), translated(amount))
      : t('costs too much at {0}', translated(amount));
  return state === 'cannot' ? '\u2013' : t('not measured');
}

/** A figure of a recipe: its label, its text, and what it means. */
interface RecipeFigure {
  readonly key: string;
  readonly label: string;
  readonly text: string;
}

/** The figures of a recipe beside those of the model as it is. */
export function recipeFigures(
  { packedBytes, macs, latency, before, after, seconds }: AdvisedRecipe,
  now: { readonly packedBytes: number; readonly macs: number | null },
): RecipeFigure[] {
  const size = marked(packedBytes.measured, bytes(packedBytes.value));
  return [
    {
      key: 'packed',
      label: t('Packed'),
      text: [size, `1/${(now.packedBytes / packedBytes.value).toFixed(1)}`].join(t(', ')),
    },
    {
      key: 'macs',
      label: t('MACs'),
      text: macs === null || !now.macs ? t('unknown') : [compact(macs), percent(macs / now.macs, 0)].join(t(', ')),
    },
    {
      key: 'latency',
      label: t('Time for an answer'),
      text: latency
        ? [t('{0} ms', milliseconds(latency.milliseconds)), percent(latency.ratio, 0)].join(t(', '))
        : t('not measured'),
    },
    ...(before && seconds !== 0 ? [{ key: 'before', label: t('Before training'), text: mainText(before) }] : []),
    ...(after
      ? [
          {
            key: 'after',
            label: after.from === 'brief' ? t('After 2 epochs') : t('At the end'),
            text: afterWords(after),
          },
        ]
      : []),
    {
      key: 'training',
      label: t('Training'),
      text: seconds === null ? t('unknown') : seconds === 0 ? t('none') : `~${duration(seconds)}`,
    },
  ];
}
