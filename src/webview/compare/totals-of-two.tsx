import { NO_DATASET } from '../../protocol/dataset';
import type { ComparedModel } from '../../protocol/measure/compare';
import { sizeWords } from '../../protocol/model';
import { METRICS, metricDifference, metricText } from '../../protocol/metric';
import { normalizationWords } from '../../protocol/normalization';
import { bytes, change, compact, count, marked, percent, plural, points } from '../../protocol/format';
import { useEffect } from 'preact/hooks';
import { t, translated } from '../../protocol/l10n';
import type { Packing } from '../../protocol/measure/packing';
import { PACKED_UNASKED } from '../state/packing';
import { LinkButton } from '../ui/link';
import { chooseDataForBoth, packings } from './state';
import { Tag } from '../ui/tag';
import { SideHeads } from './side-heads';

/** What both models take in packed files; a line that offers to measure it where they are large. */
function PackedState({ a, b }: { a: ComparedModel; b: ComparedModel }) {
  const small = a.totals.bytes + b.totals.bytes <= PACKED_UNASKED;
  useEffect(() => {
    packings.forget();
    if (small) void packings.ask();
    return packings.cancel;
  }, [a.weightsHash, b.weightsHash, small]);
  const { running, answer, problem } = packings;
  if (answer.value)
    return [a, b].map(({ name, path }, i) =>
      ((i === 0 ? answer.value?.a : answer.value?.b)?.advice ?? []).map((sentence) => (
        <p key={`${path} ${sentence}`} class="small quiet">
          {t('{0}: {1}', name, translated(sentence))}
        </p>
      )),
    );
  return (
    <p class="row small quiet" role="status">
      {running.value ? t('Measuring packed sizes…') : problem.value}
      {running.value ? (
        <LinkButton onPress={packings.cancel} label={t('Stop measuring packed sizes')}>
          {t('Stop')}
        </LinkButton>
      ) : (
        <LinkButton onPress={() => void packings.ask()} testId="measure-packed">
          {t('Measure packed sizes')}
        </LinkButton>
      )}
    </p>
  );
}

/** Lines of the sizes in packed files. */
function packedLines(): Line[] {
  const known = packings.answer.value;
  if (!known) return [];
  const of = (pick: (sizes: Packing) => number) => (_: ComparedModel, side: 'a' | 'b') => pick(known[side]);
  return [
    {
      label: t('Size, packed'),
      of: of((sizes) => sizes.bytes),
      format: (size, _, side) => marked(!known[side].estimated, bytes(size)),
      difference: change,
    },
    {
      label: t('Weights, ideally'),
      of: of((sizes) => Math.ceil(sizes.idealBits / 8)),
      format: bytes,
      difference: change,
    },
  ];
}

interface Line {
  label: string;
  of: (model: ComparedModel, side: 'a' | 'b') => number | null;
  format: (value: number, model: ComparedModel, side: 'a' | 'b') => string;
  difference: (a: number, b: number) => string;
}

const inPoints = (a: number, b: number): string => points(b - a);

const LINES: readonly Line[] = [
  { label: t('Parameters'), of: ({ totals }) => totals.params, format: count, difference: change },
  { label: t('Nonzero'), of: ({ totals }) => totals.nonzero, format: count, difference: change },
  {
    label: t('Sparsity'),
    of: ({ totals }) => totals.sparsity,
    format: (share) => percent(share, 1),
    difference: inPoints,
  },
  { label: t('MACs'), of: ({ totals }) => totals.macs, format: compact, difference: change },
  { label: t('Size'), of: ({ totals }) => totals.bytes, format: bytes, difference: change },
  {
    label: t('Size, gzip'),
    of: ({ totals }) => totals.gzipBytes,
    format: (_, { totals }) => sizeWords(totals, 'gzipBytes'),
    difference: change,
  },
];

/** A line for each metric that one of both models has. */
function metricLines(a: ComparedModel, b: ComparedModel): Line[] {
  const known = a.evaluation ?? b.evaluation;
  return (known?.metrics ?? []).map(({ name, output }) => ({
    label: [translated(METRICS[name].title), ...(output === undefined ? [] : [output])].join(t(', ')),
    of: ({ evaluation }) =>
      evaluation?.metrics.find((one) => one.name === name && one.output === output)?.value ?? null,
    format: (value) => metricText(name, value),
    difference: (from, to) => (name === 'loss' ? change(from, to) : metricDifference(name, to - from)),
  }));
}

/** Sizes and metrics of both models. */
export function TotalsOfTwo({ a, b }: { a: ComparedModel; b: ComparedModel }) {
  const measured = a.evaluation ?? b.evaluation;
  const why = a.noAccuracy ?? b.noAccuracy;
  return (
    <section class="section">
      <table class="compare" data-testid="compared-totals">
        <caption class="unseen">{t('Sizes and metrics of both')}</caption>
        <thead>
          <tr>
            <td />
            <SideHeads names={[a.name, b.name]} />
            <th scope="col">{t('Change')}</th>
          </tr>
        </thead>
        <tbody>
          {[...LINES, ...packedLines(), ...metricLines(a, b)].map(({ label, of, format, difference }) => {
            const [left, right] = [of(a, 'a'), of(b, 'b')];
            return (
              <tr key={label}>
                <th scope="row">{label}</th>
                <td data-value={left ?? undefined}>{left === null ? '\u2013' : format(left, a, 'a')}</td>
                <td data-value={right ?? undefined}>{right === null ? '\u2013' : format(right, b, 'b')}</td>
                <td class="quiet">{left === null || right === null ? '' : difference(left, right)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <PackedState a={a} b={b} />
      <p class="row small quiet">
        {measured
          ? t('Measured on {0} of {1}', plural(measured.samples, `${measured.split} example`), measured.dataset.name)
          : t('Accuracy: {0}', why === undefined ? t('not measured') : translated(why))}
        {!measured && why === NO_DATASET && (
          <LinkButton onPress={() => void chooseDataForBoth()} testId="choose-data">
            {t('Choose data…')}
          </LinkButton>
        )}
        {measured?.dataset.sample && <Tag>{t('sample')}</Tag>}
      </p>
      {[a, b].map(({ path, name, evaluation }) =>
        evaluation?.normalization ? (
          <p key={path} class="small quiet">
            {t('{0}: {1}', name, normalizationWords(evaluation.normalization))}
          </p>
        ) : null,
      )}
    </section>
  );
}
