import { signal } from '@preact/signals';
import { macsForWords } from '../../protocol/model';
import { normalizationName, type NormalizationInUse } from '../../protocol/normalization';
import { bytes, change, compact, count, percent, plural, points } from '../../protocol/format';
import { mainMetric, mainText, metricDifference, type MetricValues } from '../../protocol/metric';
import { ask } from '../state/host';
import { attempt } from '../state/actions';
import { counts, countsAreExact, previewMetrics, previewBytes } from '../state/preview';
import { cannotMeasure, evaluation, inspection } from '../state/session';
import { LinkButton } from '../ui/link';
import { PackedAdvice, PackedStat } from './packed-stat';
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
          title={`Each file gzipped at level 6: ${count(totals.gzipBytes)} bytes`}
          now={bytes(totals.gzipBytes)}
          value={totals.gzipBytes}
          preview={size && became(totals.gzipBytes, size.value.gzipBytes, bytes, { stale: size.stale })}
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
        <MetricStat />
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

function MetricStat() {
  const tried = previewMetrics.value;
  const figure = tried?.value.figure;
  const known = evaluation.value;
  if (tried && figure)
    return (
      <Stat
        id="accuracy"
        label={mainMetric(figure.before).title}
        title={mainMetric(figure.before).meaning}
        now={mainText(figure.before, 1)}
        value={figure.before[0].value}
        preview={
          figure.after && {
            text: mainText(figure.after, 1),
            difference: differenceOf(figure.before, figure.after),
            value: figure.after[0].value,
            stale: tried.stale,
          }
        }
        note={`${plural(figure.samples, 'validation example')}${figure.sampleData ? ', sample data' : ''}${pixels(figure.normalization)}`}
      />
    );
  if (known)
    return (
      <Stat
        id="accuracy"
        label={mainMetric(known.metrics).title}
        title={mainMetric(known.metrics).meaning}
        now={mainText(known.metrics, 1)}
        value={known.metrics[0].value}
        preview={null}
        note={`${plural(known.samples, `${known.split} example`)}${known.dataset.sample ? ', sample data' : ''}${pixels(known.normalization)}`}
      />
    );
  const why = tried?.value.reason ?? cannotMeasure.value ?? 'not measured yet';
  return <Stat id="accuracy" label="Accuracy" now={'\u2013'} value={null} preview={null} note={why} title={why} />;
}
