import { t, translated } from '../../protocol/l10n';
import { METRICS, metricText, type MetricName, type MetricValues } from '../../protocol/metric';

/** The metrics of each output, for a model with several. */
export function ByOutput({ metrics }: { metrics: MetricValues }) {
  const outputs = [...new Set(metrics.map(({ output }) => output ?? ''))];
  const names = [...new Set(metrics.map(({ name }) => name))];
  const cell = (output: string, name: MetricName): string => {
    const found = metrics.find((one) => one.name === name && (one.output ?? '') === output);
    return found ? metricText(name, found.value) : '\u2013';
  };
  if (outputs.length < 2) return null;
  return (
    <div class="plan-scroller" role="region" aria-label={t('Metrics by output')} tabIndex={0}>
      <table class="compare of-figures" data-testid="metrics-by-output">
        <thead>
          <tr>
            <th scope="col">{t('Output')}</th>
            {names.map((name) => (
              <th key={name} scope="col" title={translated(METRICS[name].meaning)}>
                {translated(METRICS[name].title)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {outputs.map((output) => (
            <tr key={output}>
              <th scope="row">{output === '' ? t('All together') : output}</th>
              {names.map((name) => (
                <td key={name}>{cell(output, name)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
