import { NO_DATASET } from '../../protocol/dataset';
import { sentence } from '../ui/sentence';
import { normalizationName, normalizationReason } from '../../protocol/normalization';
import { cancelEvaluation, chooseData, chooseNormalization, evaluate } from '../state/actions';
import { cannotEvaluate, cannotRun, evaluating, evaluationProblem, inspection, panel } from '../state/session';
import { Button } from '../ui/button';
import { LinkButton } from '../ui/link';
import { Notice } from '../ui/notice';
import { ProgressBar } from '../ui/progress-bar';
import { Tag } from '../ui/tag';
import { ShowLog } from '../notices/show-log';
import { Totals } from './totals';

function Dataset() {
  const state = panel.value;
  const dataset = state?.dataset;
  return (
    <span class="row dataset">
      {dataset ? (
        <span class="quiet" title={dataset.folder}>
          Data: {dataset.name}
        </span>
      ) : (
        <span class="quiet" title={state?.datasetProblem}>
          {sentence(NO_DATASET)}
        </span>
      )}
      {dataset?.sample && <Tag>sample</Tag>}
      {dataset && <Pixels />}
      <LinkButton
        onPress={() => void chooseData()}
        testId="choose-data"
        disabled={cannotRun.value !== null}
        label={dataset ? 'Change the dataset' : 'Choose a dataset'}
      >
        {dataset ? 'Change\u2026' : 'Choose\u2026'}
      </LinkButton>
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
      {`${text} \u25be`}
    </LinkButton>
  );
}

/** The model's name and figures, its data, and the button that evaluates it. */
export function Head() {
  const model = inspection.value;
  const running = evaluating.value;
  if (!model) return null;
  const why = cannotEvaluate.value;
  const parent = model.provenance?.parent;
  return (
    <header class="head">
      <div class="head-line">
        <div class="head-name">
          <h1 title={model.path}>{model.name}</h1>
          <span class="quiet">
            {model.format}
            {model.provenance && (parent === null ? ' \u00b7 trained by Secateur' : ' \u00b7 compressed by Secateur')}
          </span>
        </div>
        <div class="row head-actions">
          <Dataset />
          {running ? (
            <Button icon="close" onPress={cancelEvaluation} testId="cancel-evaluation" label="Cancel the evaluation">
              Cancel
            </Button>
          ) : (
            <Button
              icon="play"
              disabled={why !== null}
              title={why ?? 'Measures loss and metrics, such as accuracy, on the test examples'}
              onPress={() => void evaluate()}
              testId="evaluate-button"
            >
              Evaluate
            </Button>
          )}
        </div>
      </div>
      {running && <ProgressBar progress={running.progress} stage={running.progress?.stage ?? 'Evaluating'} />}
      {evaluationProblem.value !== null && (
        <Notice kind="error" actions={<ShowLog />} testId="evaluation-problem">
          {evaluationProblem.value}
        </Notice>
      )}
      <Totals />
    </header>
  );
}
