import { t, translated } from '../../protocol/l10n';
import { count, plural } from '../../protocol/format';
import { mainMetric, mainText, metricWords, type MetricValues } from '../../protocol/metric';
import type { RecordedResults } from '../../protocol/recorded-results';
import { onSplit } from '../head/on-split';
import { Stat } from '../head/stat';
import { RunCurves } from '../runs/run-curves';
import { attempt } from '../state/actions';
import { ask } from '../state/host';
import { panel } from '../state/session';
import { dateWords } from '../ui/dates';
import { LinkButton } from '../ui/link';

/** `from results of 30 Nov 2026` */
const fromWords = ({ finished }: RecordedResults): string =>
  finished === null ? t('from its results') : t('from results of {0}', dateWords(finished));

/** `10,000 test examples (sample)` */
function basisWords({ split, samples, sampleData }: RecordedResults): string {
  const examples = samples === null ? t('{0} examples', translated(split)) : plural(samples, `${split} example`);
  return sampleData ? t('{0} (sample)', examples) : examples;
}

/** The same in so few words that they fit below a figure. */
function countedWords({ samples, sampleData }: RecordedResults): string {
  const words = samples === null ? t('recorded') : t('recorded on {0}', count(samples));
  return sampleData ? t('{0} (sample)', words) : words;
}

/** The metric that the run of a checkpoint measured at its end, in the strip of figures. */
export function RecordedStat({ results, metrics }: { results: RecordedResults; metrics: MetricValues }) {
  const metric = mainMetric(metrics);
  return (
    <Stat
      id="test"
      label={onSplit(metric, results.split)}
      title={t('{0} On {1}, {2}.', translated(metric.meaning), basisWords(results), fromWords(results))}
      now={mainText(metrics, 1)}
      value={metrics[0].value}
      preview={null}
      note={countedWords(results)}
    />
  );
}

/** The checkpoint from which the open one was made. */
export function Parent() {
  const parent = panel.value?.results?.parent;
  if (!parent) return null;
  const { path } = parent;
  if (path === null) return <span class="quiet head-facts">{t('from {0} (gone)', parent.name)}</span>;
  return (
    <span class="quiet head-facts" data-testid="parent">
      {t('from')}{' '}
      <LinkButton
        label={t('Open {0}', parent.name)}
        title={path}
        onPress={() => void attempt(() => ask('openCheckpoint', { path }))}
      >
        {parent.name}
      </LinkButton>
    </span>
  );
}

/** The metrics and the training of the run that wrote the open checkpoint. */
export function RecordedRun() {
  const results = panel.value?.results;
  const name = panel.value?.inspection.name;
  if (!results || name === undefined) return null;
  const { metrics, curve } = results;
  return (
    <div class="recorded" data-testid="recorded-run">
      {metrics && (
        <p class="small">
          {t(
            '{0} on {1}, {2}.',
            metrics.map((one) => metricWords(one)).join(t(', ')),
            basisWords(results),
            fromWords(results),
          )}
        </p>
      )}
      {curve.length > 0 && <RunCurves lines={[{ name, curve }]} />}
    </div>
  );
}
