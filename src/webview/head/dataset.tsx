import { NO_DATASET } from '../../protocol/dataset';
import { t, translated } from '../../protocol/l10n';
import { normalizationName, normalizationReason } from '../../protocol/normalization';
import { chooseData, chooseNormalization } from '../state/actions';
import { cannotEvaluate, cannotRun, panel } from '../state/session';
import { LinkButton } from '../ui/link';
import { sentence } from '../ui/sentence';
import { Tag } from '../ui/tag';

const DOWN = ' \u25be';

/** The data in use and the normalization of its pixels, each as a button that changes it. */
export function Dataset() {
  const state = panel.value;
  const dataset = state?.dataset;
  return (
    <span class="row dataset">
      <LinkButton
        onPress={() => void chooseData()}
        testId="choose-data"
        disabled={cannotRun.value !== null}
        label={dataset ? t('Data {0}: choose another', dataset.name) : undefined}
        title={dataset ? t('Data: {0}', dataset.folder) : sentence(translated(state?.datasetProblem ?? NO_DATASET))}
      >
        {(dataset ? dataset.name : t('Choose data\u2026')) + (dataset ? DOWN : '')}
      </LinkButton>
      {dataset?.sample && <Tag>{t('sample')}</Tag>}
      {dataset && <Pixels />}
    </span>
  );
}

/** The normalization of the pixels, as a button that changes it. */
function Pixels() {
  const state = panel.value;
  if (!state || cannotEvaluate.value !== null) return null;
  const { normalization, normalizationProblem } = state;
  const [text, title] = normalization
    ? [normalizationName(normalization), t('The normalization of pixels is {0}', normalizationReason(normalization))]
    : [
        normalizationProblem === undefined ? t('normalization') : t('which normalization?'),
        normalizationProblem && translated(normalizationProblem),
      ];
  return (
    <LinkButton
      onPress={() => void chooseNormalization()}
      testId="choose-normalization"
      label={t('Normalization {0}: choose another', text)}
      title={title}
    >
      {text + DOWN}
    </LinkButton>
  );
}
