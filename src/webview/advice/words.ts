import { afterWords, type AdviceMethodName, type AdvisedRecipe, type LayerSaving } from '../../protocol/advice';
import { bytes, compact, duration, marked, milliseconds, percent } from '../../protocol/format';
import { mainText } from '../../protocol/metric';

/** The methods at the head of a column. */
export const METHOD_HEADS: Readonly<Record<AdviceMethodName, string>> = {
  merge: 'Merge',
  factorize: 'Thin layers',
  compact: 'Compact convolutions',
  remove: 'Remove channels',
  prune: 'Prune to zeros',
  quantize: 'Fewer bits',
  cluster: 'Few values',
  distill: 'A student',
};

/** What a method could save in a layer, in a few words. */
export function savingWords({ state, amount = '', saves, metrics }: LayerSaving): string {
  if (state === 'offers')
    return [
      amount,
      ...(saves && saves.bytes > 0 ? [`~${bytes(saves.bytes)} less`] : []),
      ...(saves && saves.macs > 0 ? [`${compact(saves.macs)} MACs less`] : []),
    ].join(', ');
  if (state === 'costs') return metrics ? `${mainText(metrics, 1)} at ${amount}` : `costs too much at ${amount}`;
  return state === 'cannot' ? '\u2013' : 'not measured';
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
    { key: 'packed', label: 'Packed', text: `${size}, 1/${(now.packedBytes / packedBytes.value).toFixed(1)}` },
    {
      key: 'macs',
      label: 'MACs',
      text: macs === null || !now.macs ? 'unknown' : `${compact(macs)}, ${percent(macs / now.macs, 0)}`,
    },
    {
      key: 'latency',
      label: 'Time for an answer',
      text: latency ? `${milliseconds(latency.milliseconds)} ms, ${percent(latency.ratio, 0)}` : 'not measured',
    },
    ...(before && seconds !== 0 ? [{ key: 'before', label: 'Before training', text: mainText(before) }] : []),
    ...(after
      ? [
          {
            key: 'after',
            label: after.from === 'brief' ? 'After 2 epochs' : 'At the end',
            text: afterWords(after),
          },
        ]
      : []),
    {
      key: 'training',
      label: 'Training',
      text: seconds === null ? 'unknown' : seconds === 0 ? 'none' : `~${duration(seconds)}`,
    },
  ];
}
