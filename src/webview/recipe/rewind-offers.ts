import { t } from '../../protocol/l10n';
import type { JsonObject } from '../../protocol/json';
import type { EarlierWeights } from '../../protocol/panel';
import { stepDefinition } from '../../protocol/steps';
import type { Offer } from '../form/entry';
import { nameOf, stepFields } from '../state/recipe';

/** Most epochs of a training that are offered. */
const MOST = 200;

/** The epochs to which a step at `index` can go back: those of the first training of the recipe, where that is before it; or why not. */
function epochsBefore(drafts: readonly JsonObject[], index: number): Offer[] {
  const names = drafts.map(nameOf);
  const place = names.findIndex((name) => name !== null && stepDefinition(name).traits.trains);
  const name = names[place];
  if (!name || place >= index) return [];
  if (name === 'distill')
    return [{ value: null, text: t('Epochs of the distillation in step {0}: it trains several students', place + 1) }];
  const epochs = drafts[place]?.['epochs'] ?? stepFields(name).find(({ key }) => key === 'epochs')?.fallback;
  const length = typeof epochs === 'number' ? Math.max(0, Math.min(MOST, Math.floor(epochs))) : 0;
  return [
    ...(name === 'train' ? [{ value: 0, text: t('Random weights, before the training in step {0}', place + 1) }] : []), // prettier-ignore
    ...Array.from({ length }, (_, i) => ({
      value: i + 1,
      text: t('After epoch {0} of the training in step {1}', i + 1, place + 1),
    })),
  ];
}

function words({ epoch, own, place }: EarlierWeights): string {
  if (epoch === null) return place;
  return own ? t('After epoch {0} of the run of this checkpoint: {1}', epoch, place) : t('After epoch {0}: {1}', epoch, place); // prettier-ignore
}

/** The weights to which a rewind step at `index` can go back, with what each is. */
export const rewindOffers = (
  drafts: readonly JsonObject[],
  index: number,
  earlier: readonly EarlierWeights[],
): Offer[] => [
  ...epochsBefore(drafts, index),
  ...earlier.map((weights) => ({ value: weights.path, text: words(weights) })),
];
