import { signal } from '@preact/signals';
import { macsForWords, sizeWords, withEstimate } from '../../protocol/model';
import { normalizationName, type NormalizationInUse } from '../../protocol/normalization';
import { bytes, change, compact, count, percent, plural, points } from '../../protocol/format';
import { sentences, t, translated } from '../../protocol/l10n';
import { mainMetric, mainText, metricDifference, METRICS, type MetricValues } from '../../protocol/metric';
import { ask } from '../state/host';
import { attempt } from '../state/actions';
import { counts, countsAreExact, metricsNow, previewMetrics, previewBytes } from '../state/preview';
import { cannotEvaluate, cannotEvaluateInShort, cannotMeasure, evaluation, inspection, panel } from '../state/session';
import { RecordedStat } from '../results/recorded';
import { sentence } from '../ui/sentence';
import { LinkButton } from '../ui/link';
import { onSplit } from './on-split';
import { PackedAdvice, PackedStat } from './packed-stat';
import { isSevere } from './severe';
import { Stat, type StatPreview } from './stat';

/** Brotli bytes by the hash of the counted weights. */
const brotli = signal<{ hash: string; bytes: number } | 'counting' | null>(null);

function askBrotli(hash: string): void {
  brotli.value = 'counting';
  void attempt(async () => {
    try {
      brotli.value = { hash, bytes: (await ask('brotli', {})).brotliBytes };
    } finally {
      if (brotli.value === 'counting') brotli.value = null;
    }
  });
}

function Brotli({ hash }: { hash: string }) {
  const known = brotli.value;
  if (known === 'counting') return <>{t('counting brotli\u2026')}</>;
  if (known?.hash === hash)
    return <span title={t('{0} bytes', count(known.bytes))}>{t('brotli {0}', bytes(known.bytes))}</span>;
  return (
    <LinkButton onPress={() => askBrotli(hash)} title={t('Counts the bytes of all files by brotli')}>
      {t('count brotli')}
    </LinkButton>
  );
}

const became = (
  before: number,
  after: number,
  format: (value: number) => string,
  when: { stale: boolean; near?: boolean },
): StatPreview =>
  before === after
    ? { text: change(before, after), difference: '', value: after, ...when }
    : { text: format(after), difference: change(before, after), value: after, ...when };

/** All figures of the model in one strip. */
export function Totals() {
  const model = inspection.value;
  if (!model) return null;
  const { totals } = model;
  const after = counts.value?.totals.after;
  const size = previewBytes.value;
  const macsNow = counts.value?.totals.before.nonzeroMacs ?? null;
  const macsAfter = after?.nonzeroMacs ?? null;
  const near = { stale: !countsAreExact.value, near: true };
  return (
    <>
      <dl class="totals" aria-label={t('The model, now and as planned')}>
        <Stat
          id="params"
          label={t('Parameters')}
          now={count(totals.params)}
          value={totals.params}
          preview={after ? became(totals.params, after.params, count, near) : null}
        />
        <Stat
          id="nonzero"
          label={t('Nonzero')}
          now={count(totals.nonzero)}
          value={totals.nonzero}
          preview={after ? became(totals.nonzero, after.nonzero, count, near) : null}
        />
        <Stat
          id="sparsity"
          label={t('Sparsity')}
          title={t('Zeros over all kernel weights')}
          now={percent(totals.sparsity, 1)}
          value={totals.sparsity}
          preview={
            after
              ? {
                  text: percent(after.sparsity, 1),
                  difference: points(after.sparsity - totals.sparsity),
                  value: after.sparsity,
                  ...near,
                }
              : null
          }
        />
        <Stat
          id="bytes"
          label={t('Size')}
          title={t('model.json and its shards: {0} bytes', count(totals.bytes))}
          now={bytes(totals.bytes)}
          value={totals.bytes}
          preview={size && became(totals.bytes, size.value.bytes, bytes, { stale: size.stale })}
        />
        <Stat
          id="gzip"
          label={t('Size, gzip')}
          title={t(
            'Each file gzipped at level 6: {0} bytes{1}',
            withEstimate(totals, 'gzipBytes', count(totals.gzipBytes)),
            totals.estimated ? t(', estimated from samples of the weights') : '',
          )}
          now={sizeWords(totals, 'gzipBytes')}
          value={totals.gzipBytes}
          preview={
            size &&
            became(totals.gzipBytes, size.value.gzipBytes, (one) => withEstimate(size.value, 'gzipBytes', bytes(one)), {
              stale: size.stale,
            })
          }
          note={<Brotli hash={model.weightsHash} />}
        />
        <PackedStat model={model} />
        <Stat
          id="macs"
          label={t('MACs')}
          title={t(
            'Multiply-accumulates for one example{0}; the preview counts those of nonzero weights',
            totals.macsFor ? t(' of {0}, because the model leaves input sizes open', macsForWords(totals.macsFor)) : '',
          )}
          now={totals.macs === null ? t('unknown') : compact(totals.macs)}
          value={totals.macs}
          preview={macsAfter !== null && macsNow !== null ? became(macsNow, macsAfter, compact, near) : null}
          note={
            macsAfter === null ? totals.macsFor && t('for {0}', macsForWords(totals.macsFor)) : t('of nonzero weights')
          }
        />
        <ValidationStat />
        <EvaluatedStat />
      </dl>
      <PackedAdvice />
    </>
  );
}

/** `1,000 examples, [0,1]` */
const on = (examples: string, used: NormalizationInUse | undefined): string =>
  [examples, ...(used ? [normalizationName(used)] : [])].join(t(', '));

/** The difference of a main metric with its sign. */
const differenceOf = ([before]: MetricValues, [after]: MetricValues): string =>
  metricDifference(after.name, after.value - before.value);

/** The metric on validation examples, by which thresholds are judged, as it is and as it would become. */
function ValidationStat() {
  const tried = previewMetrics.value;
  const shown = tried?.value.figure ?? metricsNow.value;
  const known = evaluation.value;
  if (shown) {
    const { before, after, samples, sampleData, normalization } = shown;
    const examples = plural(samples, 'example');
    const basis = on(sampleData ? t('{0}, sample data', examples) : examples, normalization);
    return (
      <Stat
        id="accuracy"
        label={onSplit(mainMetric(before), 'validation')}
        title={sentences(translated(mainMetric(before).meaning), t('On {0} of the validation split.', basis))}
        now={mainText(before, 1)}
        value={before[0].value}
        preview={
          tried && after
            ? {
                text: mainText(after, 1),
                difference: differenceOf(before, after),
                value: after[0].value,
                stale: tried.stale,
                severe: isSevere(before[0], after[0]),
              }
            : null
        }
        note={sampleData ? t('{0}, sample', examples) : examples}
      />
    );
  }
  const why = translated(cannotEvaluate.value ?? tried?.value.reason ?? cannotMeasure.value ?? t('try a threshold'));
  const label = onSplit(known ? mainMetric(known.metrics) : METRICS.accuracy, 'validation');
  return (
    <Stat
      id="accuracy"
      label={label}
      now={'\u2013'}
      value={null}
      preview={null}
      note={cannotEvaluateInShort.value ?? why}
      title={sentence(why)}
    />
  );
}

/** The metric of the last evaluation of these weights, on the split that it says. */
function EvaluatedStat() {
  const known = evaluation.value;
  const recorded = panel.value?.results;
  if (!known && recorded?.metrics) return <RecordedStat results={recorded} metrics={recorded.metrics} />;
  if (!known) {
    const why = cannotEvaluate.value === null ? t('not evaluated yet') : sentence(translated(cannotEvaluate.value));
    return (
      <Stat
        id="test"
        label={onSplit(METRICS.accuracy, 'test')}
        now={'\u2013'}
        value={null}
        preview={null}
        note={cannotEvaluateInShort.value ?? why}
        title={why}
      />
    );
  }
  const { metrics, samples, split, dataset, normalization } = known;
  const examples = plural(samples, `${split} example`);
  const basis = on(dataset.sample ? t('{0} of the sample data', examples) : examples, normalization);
  const counted = plural(samples, 'example');
  return (
    <Stat
      id="test"
      label={onSplit(mainMetric(metrics), split)}
      title={sentences(translated(mainMetric(metrics).meaning), t('On {0}.', basis))}
      now={mainText(metrics, 1)}
      value={metrics[0].value}
      preview={null}
      note={dataset.sample ? t('{0}, sample', counted) : counted}
    />
  );
}
