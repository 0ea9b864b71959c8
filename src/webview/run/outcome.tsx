import { keptWords } from '../../protocol/kept';
import { NO_DATASET } from '../../protocol/dataset';
import { t, translated } from '../../protocol/l10n';
import { normalizationWords } from '../../protocol/normalization';
import { onnxWords } from '../../protocol/onnx';
import { freedWords, type RunResult } from '../../protocol/run';
import { stepDefinition, type StepResult } from '../../protocol/steps';
import { attempt, jobAsked } from '../state/actions';
import { ask } from '../state/host';
import { Button } from '../ui/button';
import { Tag } from '../ui/tag';
import { ChangedDrawing } from './changed-drawing';
import { narrowedParts, reshapedParts, type ChangedPart } from './changed-parts';
import { RecipeButtons } from './recipe-buttons';
import { Sizes } from './sizes';
import { Packed } from './packed';
import { lines, measuredOn } from './outcome-lines';
import { stepNotes } from './step-notes';

/** What the last step left of the work of earlier ones. */
function keptNotes({ steps }: RunResult): string[] {
  const words = keptWords(steps);
  return words === undefined ? [] : [words];
}

/** The checkpoints of epochs that are gone. */
function freedNotes(result: RunResult): string[] {
  const words = freedWords(result);
  return words === undefined ? [] : [words];
}

/** The normalization of the pixels, if accuracy was measured. */
const pixelsOf = ({ normalization }: RunResult): string[] =>
  normalization
    ? [
        normalization.from === 'values'
          ? t('Examples entered with {0}.', normalizationWords(normalization))
          : t('Pixels entered with {0}.', normalizationWords(normalization)),
      ]
    : [];

/** The parts that a step changed, with the step's title; none for steps that keep all layers and widths. */
function changedBy(step: StepResult): ChangedPart[] {
  switch (step.step) {
    case 'remove':
      return narrowedParts(step.layers);
    case 'merge':
    case 'factorize':
    case 'compact':
      return reshapedParts(step.layers);
    default:
      return [];
  }
}

/** The parts of the model that each step changed, drawn before and after. */
function Changed({ result }: { result: RunResult }) {
  return result.steps.map((each, place) => {
    const step = each.step === 'target' ? each.applied : each;
    return (
      <ChangedDrawing key={place} title={translated(stepDefinition(step.step).words.title)} parts={changedBy(step)} />
    );
  });
}

/** The result of a run: the old and the new checkpoint side by side, and actions on the new one. */
export function Outcome({ result, folder }: { result: RunResult; folder: string }) {
  const asked = jobAsked.value;
  const evaluated = result.steps.some(({ step }) => step === 'evaluate');
  const measured = evaluated || result.metrics.afterPrune !== null || result.metrics.afterFineTune !== null;
  return (
    <div class="outcome" data-testid="run-result">
      <table class="compare">
        <caption class="unseen">{t('Before and after')}</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">{t('Before')}</th>
            <th scope="col">{t('After')}</th>
            <th scope="col">{t('Change')}</th>
          </tr>
        </thead>
        <tbody>
          {lines(result).map(({ label, before, after, difference, value, testId }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td>{before}</td>
              <td class="after" data-testid={`${testId}-after`} data-value={value}>
                {after}
              </td>
              <td class="quiet">{difference}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="row small quiet">
        {measured
          ? measuredOn(result)
          : t('Accuracy was not measured: {0}', translated(result.noAccuracy ?? NO_DATASET))}
        {result.sampleData && <Tag>{t('sample')}</Tag>}
      </p>
      {[
        ...(result.notes ?? []),
        ...pixelsOf(result),
        ...stepNotes(result),
        ...keptNotes(result),
        ...freedNotes(result),
        ...(result.onnx ? onnxWords(result.onnx) : []),
        // The packed file below says it itself.
        ...(result.steps.some(({ step }) => step === 'pack') ? [] : (result.advice ?? [])),
      ].map((note) => (
        <p key={note} class="small quiet">
          {translated(note)}
        </p>
      ))}
      <Changed result={result} />
      <Sizes result={result} />
      {result.steps.map((step) => step.step === 'pack' && <Packed key={step.packed.file} packed={step.packed} />)}
      <div class="row">
        <Button
          primary
          icon="folder-opened"
          label={t('Open {0}', folder)}
          onPress={() => void attempt(() => ask('openCheckpoint', { path: result.out }))}
          testId="open-result"
        >
          {t('Open')}
        </Button>
        <Button
          icon="play"
          label={t('Evaluate {0}', folder)}
          disabled={!measured}
          onPress={() => void attempt(() => ask('evaluateCheckpoint', { path: result.out }))}
          testId="evaluate-result"
        >
          {t('Evaluate')}
        </Button>
        <RecipeButtons job={asked} ids={{ copy: 'copy-recipe', open: 'open-recipe' }} />
      </div>
    </div>
  );
}
