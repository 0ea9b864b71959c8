import { t, translated } from '../../protocol/l10n';
import { backendWords } from '../../protocol/model';
import type { Latency, LatencyFigures } from '../../protocol/measure/latency';
import { milliseconds, percent } from '../../protocol/format';
import { Button } from '../ui/button';
import { QuestionState } from '../question/question-state';
import { latency } from './state';
import { SideHeads } from './side-heads';

/** Times of forward passes of both models, on demand. */
export function LatencyOfTwo({ names }: { names: readonly [string, string] }) {
  const known = latency.answer.value;
  return (
    <section class="section" aria-labelledby="latency-title">
      <div class="section-head">
        <h2 id="latency-title">{t('Latency')}</h2>
        <Button
          icon="play"
          disabled={latency.running.value !== null}
          onPress={() => void latency.ask()}
          testId="measure-latency"
        >
          {known ? t('Measure Again') : t('Measure')}
        </Button>
      </div>
      <QuestionState asked={latency} stage={t('Starting an engine')} testId="latency-problem" />
      {known ? (
        <Times known={known} names={names} />
      ) : (
        <p class="small quiet">
          {t('Times forward passes of both models in turn, with one example and with a hundred.')}
        </p>
      )}
    </section>
  );
}

function Times({ known: { batches, note, backend }, names }: { known: Latency; names: readonly [string, string] }) {
  return (
    <>
      <div class="plan-scroller" role="group" aria-labelledby="latency-title" tabIndex={0}>
        <table class="compare of-figures" data-testid="compared-latency">
          <caption class="unseen">{t('Median time of a forward pass, and the quartiles')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('Batch')}</th>
              <SideHeads names={names} />
              <th scope="col">{t('Share')}</th>
            </tr>
          </thead>
          <tbody>
            {batches.map(({ batch, model, other, ratio }) => (
              <tr key={batch}>
                <th scope="row">{batch}</th>
                <Time figures={model} />
                {other ? <Time figures={other} /> : <td />}
                <td data-value={ratio ?? undefined}>{ratio === null ? '' : percent(ratio, 1)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="small">{translated(note)}</p>
      <p class="small quiet">
        {t(
          'Median of {0} passes each, quartiles in brackets; {1}.',
          batches[0]?.model.runs ?? 0,
          backendWords(backend),
        )}
      </p>
    </>
  );
}

function Time({ figures: { median, lowerQuartile, upperQuartile } }: { figures: LatencyFigures }) {
  return (
    <td data-value={median}>
      {t('{0} ms', milliseconds(median))}
      {t(' ')}
      <span class="quiet">{t('({0}\u2013{1})', milliseconds(lowerQuartile), milliseconds(upperQuartile))}</span>
    </td>
  );
}
