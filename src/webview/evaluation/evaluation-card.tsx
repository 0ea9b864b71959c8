import { t, translated } from '../../protocol/l10n';
import { normalizationName, normalizationReason } from '../../protocol/normalization';
import { count, plural, rate } from '../../protocol/format';
import { METRICS, metricText, type MetricValue, type MetricValues } from '../../protocol/metric';
import { evaluation } from '../state/session';
import { Tag } from '../ui/tag';
import { ByOutput } from './by-output';
import { outputsOf } from './offered';
import { OutputDetails } from './output-details';

/** The metrics of the main output. */
const mainOutput = (metrics: MetricValues): MetricValue[] =>
  metrics.filter(({ output }) => output === metrics[0].output);

/** The last evaluation of the checkpoint. */
export function EvaluationCard() {
  const result = evaluation.value;
  if (!result) return null;
  return (
    <section class="section" id="evaluation" tabIndex={-1} aria-labelledby="evaluation-title" data-testid="evaluation">
      <div class="section-head">
        <h2 id="evaluation-title">{t('Evaluation')}</h2>
        <span class="row small quiet">
          {result.dataset.name}
          {result.dataset.sample && <Tag>{t('sample')}</Tag>}
        </span>
      </div>
      <dl class="results figures">
        {mainOutput(result.metrics).map(({ name, value }) => (
          <div key={name}>
            <dt title={translated(METRICS[name].meaning)}>{translated(METRICS[name].title)}</dt>
            <dd data-testid={`evaluation-${name}`} data-value={value}>
              {metricText(name, value)}
            </dd>
          </div>
        ))}
        <div>
          <dt>{t('Measured on')}</dt>
          <dd data-testid="evaluation-samples" data-value={result.samples} title={count(result.samples)}>
            {plural(result.samples, `${result.split} example`)}
          </dd>
        </div>
        {result.normalization && (
          <div>
            <dt>{t('Normalization')}</dt>
            <dd data-testid="evaluation-normalization" title={normalizationReason(result.normalization)}>
              {normalizationName(result.normalization)}
            </dd>
          </div>
        )}
        <div>
          <dt>{t('Speed')}</dt>
          <dd>{rate(result.samplesPerSecond, 'examples')}</dd>
        </div>
      </dl>
      {result.normalization && (
        <p class="small quiet">{t('Normalization: {0}', normalizationReason(result.normalization))}</p>
      )}
      {result.tasks?.map(({ output, said }) => (
        <p key={output ?? ''} class="small quiet">
          {translated(said)}
        </p>
      ))}
      <ByOutput metrics={result.metrics} />
      <OutputDetails outputs={outputsOf(result)} />
    </section>
  );
}
