import { NO_DATASET } from '../../protocol/dataset';
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
        label={dataset ? `Data ${dataset.name}: choose another` : 'Choose a dataset'}
        title={dataset ? `Data: ${dataset.folder}` : sentence(state?.datasetProblem ?? NO_DATASET)}
      >
        {(dataset ? dataset.name : 'Choose data\u2026') + (dataset ? DOWN : '')}
      </LinkButton>
      {dataset?.sample && <Tag>sample</Tag>}
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
    ? [normalizationName(normalization), `The normalization of pixels is ${normalizationReason(normalization)}`]
    : [normalizationProblem === undefined ? 'normalization' : 'which normalization?', normalizationProblem];
  return (
    <LinkButton
      onPress={() => void chooseNormalization()}
      testId="choose-normalization"
      label={`Normalization ${text}: choose another`}
      title={title}
    >
      {text + DOWN}
    </LinkButton>
  );
}
