import { t, translated } from '../../protocol/l10n';
import { sameJson } from '../../protocol/data-options';
import { asJson } from '../../protocol/json';
import { METRICS } from '../../protocol/metric';
import {
  normalizationName,
  normalizationReason,
  parseNormalization,
  triedText,
  type NormalizationTrial as Trial,
  type TriedNormalization,
} from '../../protocol/normalization';
import { QuestionState } from '../question/question-state';
import { Button } from '../ui/button';
import { sentence } from '../ui/sentence';
import { change, found, isUsable, options, review } from './state';

/** The search for the normalization of the model that needs the data, with its evidence. */
export function NormalizationTrial() {
  const model = review.answer.value?.model;
  if (model === undefined)
    return <p class="small quiet">{t('To try normalizations, choose the data in the panel of a model.')}</p>;
  const answer = found.answer.value;
  return (
    <div class="section" data-testid="normalization-trial">
      {!found.running.value && (
        <div class="row">
          <Button icon="play" disabled={!isUsable.value} onPress={() => void found.ask()} testId="find-normalization">
            {t('Find for {0}', model)}
          </Button>
        </div>
      )}
      <QuestionState asked={found} stage={t('Trying normalizations')} testId="normalization-problem" />
      {answer?.kind === 'none' && <p class="small">{translated(answer.reason)}</p>}
      {answer?.kind === 'undecided' && (
        <>
          <p class="small">{translated(answer.sentence)}</p>
          <Tried trial={answer.trial} />
        </>
      )}
      {answer?.kind === 'found' && (
        <>
          <p class="small">
            {sentence(`${normalizationName(answer.normalization)}: ${normalizationReason(answer.normalization)}`)}
          </p>
          {answer.normalization.trial && <Tried trial={answer.normalization.trial} />}
        </>
      )}
    </div>
  );
}

function Tried({ trial: { samples, tried } }: { trial: Trial }) {
  const metric = tried.find((one) => one.metric)?.metric;
  return (
    <div class="example-table">
      <table class="compare" data-testid="tried">
        <caption class="small quiet">{t('Tried on {0} examples', samples)}</caption>
        <thead>
          <tr>
            <th scope="col">{t('Normalization')}</th>
            <th scope="col">{metric ? translated(METRICS[metric.name].title) : t('Accuracy')}</th>
            <th scope="col">{t('Loss')}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {tried.map((one) => (
            <Row key={normalizationName(one)} one={one} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ one }: { one: TriedNormalization }) {
  const name = normalizationName(one);
  // A normalization that has no name is written as its numbers.
  const value = parseNormalization(name) ? name : asJson({ mean: one.mean, std: one.std });
  const isTaken = sameJson(options.value?.['normalization'], value);
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{triedText(one)}</td>
      <td>{one.loss === null ? t('no number') : one.loss.toFixed(4)}</td>
      <td>
        <Button
          disabled={isTaken}
          label={t('Take {0}', name)}
          onPress={() => change({ ...options.value, normalization: value })}
          testId={`take-${name}`}
        >
          {isTaken ? t('Taken') : t('Take')}
        </Button>
      </td>
    </tr>
  );
}
