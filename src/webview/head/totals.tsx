import { signal } from '@preact/signals';
import { macsForWords, sizeWords, withEstimate } from '../../protocol/model';
import { normalizationName, type NormalizationInUse } from '../../protocol/normalization';
import { bytes, change, compact, count, percent, plural, points } from '../../protocol/format';
import { mainMetric, mainText, metricDifference, type MetricValues } from '../../protocol/metric';
import { ask } from '../state/host';
import { attempt } from '../state/actions';
import { counts, countsAreExact, metricsNow, previewMetrics, previewBytes } from '../state/preview';
import { cannotEvaluate, cannotMeasure, evaluation, inspection } from '../state/session';
import { sentence } from '../ui/sentence';
import { LinkButton } from '../ui/link';
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
  if (known === 'counting') return <>counting brotli{'\u2026'}</>;
  if (known?.hash === hash) return <span title={`${count(known.bytes)} bytes`}>brotli {bytes(known.bytes)}</span>;
  return (
    <LinkButton onPress={() => askBrotli(hash)} label="Count bytes by brotli">
      brotli?
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
      <dl class="totals" aria-label="The model, now and as planned">
        <Stat
          id="params"
          label="Parameters"
          now={count(totals.params)}
          value={totals.params}
          preview={after ? became(totals.params, after.params, count, near) : null}
        />
        <Stat
          id="nonzero"
          label="Nonzero"
          now={count(totals.nonzero)}
          value={totals.nonzero}
          preview={after ? became(totals.nonzero, after.nonzero, count, near) : null}
        />
        <Stat
          id="sparsity"
          label="Sparsity"
          title="Zeros over all kernel weights"
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
          label="Size"
          title={`model.json and its shards: ${count(totals.bytes)} bytes`}
          now={bytes(totals.bytes)}
          value={totals.bytes}
          preview={size && became(totals.bytes, size.value.bytes, bytes, { stale: size.stale })}
        />
        <Stat
          id="gzip"
          label="Size, gzip"
          title={`Each file gzipped at level 6: ${withEstimate(totals, 'gzipBytes', count(totals.gzipBytes))} bytes${totals.estimated ? ', estimated from samples of the weights' : ''}`}
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
          label="MACs"
          title={`Multiply-accumulates for one example${totals.macsFor ? ` of ${macsForWords(totals.macsFor)}, because the model leaves input sizes open` : ''}; the preview counts those of nonzero weights`}
          now={totals.macs === null ? 'unknown' : compact(totals.macs)}
          value={totals.macs}
          preview={macsAfter !== null && macsNow !== null ? became(macsNow, macsAfter, compact, near) : null}
          note={macsAfter === null ? totals.macsFor && `for ${macsForWords(totals.macsFor)}` : 'of nonzero weights'}
        />
        <ValidationStat />
        <EvaluatedStat />
      </dl>
      <PackedAdvice />
    </>
  );
}

/** `, [0,1]` */
const pixels = (used: NormalizationInUse | undefined): string => (used ? `, ${normalizationName(used)}` : '');

/** The difference of a main metric with its sign. */
const differenceOf = ([before]: MetricValues, [after]: MetricValues): string =>
  metricDifference(after.name, after.value - before.value);

/** The title of a metric on a split: `Accuracy, validation`. */
const onSplit = (metrics: MetricValues, split: string): string => `${mainMetric(metrics).title}, ${split}`;

/** The metric on validation examples, by which thresholds are judged, as it is and as it would become. */
function ValidationStat() {
  const tried = previewMetrics.value;
  const shown = tried?.value.figure ?? metricsNow.value;
  const known = evaluation.value;
  if (shown) {
    const { before, after, samples, sampleData, normalization } = shown;
    const basis = `${plural(samples, 'example')}${sampleData ? ', sample data' : ''}${pixels(normalization)}`;
    return (
      <Stat
        id="accuracy"
        label={onSplit(before, 'validation')}
        title={`${mainMetric(before).meaning} On ${basis} of the validation split.`}
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
        note={`${plural(samples, 'example')}${sampleData ? ', sample' : ''}`}
      />
    );
  }
  const why = tried?.value.reason ?? cannotMeasure.value ?? 'try a threshold';
  const label = known ? onSplit(known.metrics, 'validation') : 'Accuracy, validation';
  return (
    <Stat id="accuracy" label={label} now={'\u2013'} value={null} preview={null} note={why} title={sentence(why)} />
  );
}

/** The metric of the last evaluation of these weights, on the split that it says. */
function EvaluatedStat() {
  const known = evaluation.value;
  if (!known) {
    const why = cannotEvaluate.value === null ? 'not evaluated yet' : sentence(cannotEvaluate.value);
    return <Stat id="test" label="Accuracy, test" now={'\u2013'} value={null} preview={null} note={why} title={why} />;
  }
  const { metrics, samples, split, dataset, normalization } = known;
  const basis = `${plural(samples, `${split} example`)}${dataset.sample ? ' of the sample data' : ''}${pixels(normalization)}`;
  return (
    <Stat
      id="test"
      label={onSplit(metrics, split)}
      title={`${mainMetric(metrics).meaning} On ${basis}.`}
      now={mainText(metrics, 1)}
      value={metrics[0].value}
      preview={null}
      note={`${plural(samples, 'example')}${dataset.sample ? ', sample' : ''}`}
    />
  );
}
