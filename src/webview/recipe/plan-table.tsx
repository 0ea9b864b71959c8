import { macsForWords, sizeWords } from '../../protocol/model';
import type { PlannedLayer, PlannedSide, StepPlan } from '../../protocol/plan';
import { differenceWords, maskedDifferenceWords } from '../../protocol/reshaping';
import { bytes, change, compact, count, percent, plural } from '../../protocol/format';
import { sentences, t, tPlural, translated } from '../../protocol/l10n';
import { mainMetric, mainText } from '../../protocol/metric';
import { sentence } from '../ui/sentence';
import { factorWords } from '../../protocol/steps/factorize';
import { currentStep } from '../state/recipe';
import { planned } from '../state/step-plan';
import { select } from '../state/threshold';
import { LinkButton } from '../ui/link';
import { Tag } from '../ui/tag';

const ARROW = ' \u2192 ';
const STATES: Record<PlannedLayer['state'], string> = {
  pruned: t('Pruned'),
  removed: t('Narrower'),
  follows: t('Follows'),
  protected: t('Protected'),
  skipped: t('Skipped'),
  kept: t('Unchanged'),
  replaced: t('Replaced'),
  merged: t('Merged'),
  absorbs: t('Absorbs'),
  dropped: t('Dropped'),
  new: t('New'),
};

/** Before and after in one cell. An unchanged figure appears once; a figure that only the run finds is a question mark. */
function both(before: string, after: string): string {
  return before === after ? before : before + ARROW + after;
}

const shown = (value: number | null | undefined, format: (value: number) => string): string =>
  value == null ? '\u2013' : format(value);

/** The same, with null for a figure that only the run finds. */
const found = (value: number | null | undefined, format: (value: number) => string): string =>
  value == null ? '?' : shown(value || null, format);

/** Ideal bytes of the weights. */
const idealOf = (sizes: StepPlan['bytes']['after']): number | undefined =>
  sizes?.idealBits === undefined ? undefined : Math.ceil(sizes.idealBits / 8);

/** Tells whether all weights count, since layers become smaller. */
const shrinks = (kind: StepPlan['kind']): boolean => kind === 'channels' || kind === 'layers';

/** The heading of what is counted of the weights. */
const countsOf = (kind: StepPlan['kind']): string => (shrinks(kind) ? t('Parameters') : t('Sparsity'));

/** The parameters to count: nonzero ones if weights become 0, all if channels are removed. */
const macsOf = (kind: StepPlan['kind'], { macs, nonzeroMacs }: Pick<PlannedSide, 'macs' | 'nonzeroMacs'>) =>
  shrinks(kind) ? macs : nonzeroMacs;

/** The columns of a plan beside those that every plan has. */
interface Shown {
  /** Channels: where a layer becomes narrower. */
  readonly width: boolean;
  readonly rank: boolean;
  readonly error: boolean;
}

const shownIn = ({ kind, counts: { layers } }: StepPlan): Shown => ({
  width: shrinks(kind) && layers.some(({ before, after }) => before.width !== after.width),
  rank: layers.some(({ ranks }) => ranks !== undefined),
  error: layers.some(({ outputError }) => outputError !== undefined),
});

const ERROR_MEANS = t(
  'Root of the mean squared error of the outputs on training examples, as a share of their standard deviation; once the weights are fitted, where they are',
);

/** The loss of outputs of a layer, once its weights are fitted. */
const errorOf = ({ outputError }: PlannedLayer): string =>
  shown(typeof outputError === 'object' ? outputError.after : outputError, (share) => percent(share, 1));

function Row({
  layer,
  plan: { kind, bytes: sizes },
  has,
  place,
}: {
  layer: PlannedLayer;
  plan: StepPlan;
  has: Shown;
  place: number;
}) {
  const { before, after, becomes = [], into, reason, form, scheme, ranks } = layer;
  const notes = [
    ...(scheme && ranks ? [factorWords(scheme, ranks)] : []),
    ...(form === undefined ? [] : [translated(form)]),
    ...(becomes.length > 0 ? [t('by {0}', becomes.map(({ name }) => name).join(t(', ')))] : []),
    ...(into === undefined ? [] : [t('into {0}', into)]),
    ...(reason === undefined ? [] : [translated(reason)]),
  ];
  const size = sizes.layers[place];
  const figure = (of: (side: PlannedSide) => string) => both(of(before), of(after));
  return (
    <tr data-testid={`plan-row-${layer.name}`} data-state={layer.state}>
      <th scope="row">
        <LinkButton onPress={() => select(layer.name)} label={t('Show the weights of {0}', layer.name)}>
          {layer.name}
        </LinkButton>
      </th>
      <td>
        {STATES[layer.state]}
        {notes.map((note) => (
          <span key={note} class="plan-reason small quiet">
            {sentence(note)}
          </span>
        ))}
      </td>
      {has.width && <td data-head={t('Width')}>{figure((side) => shown(side.width, count))}</td>}
      {has.rank && <td data-head={t('Rank')}>{ranks?.map(count).join(t(', ')) ?? '\u2013'}</td>}
      <td data-head={countsOf(kind)}>
        {shrinks(kind)
          ? figure((side) => shown(side.params || null, count))
          : figure((side) => shown(side.sparsity, (share) => percent(share, 1)))}
      </td>
      <td data-head={t('Bytes')}>{both(shown(size?.before || null, bytes), found(size?.after, bytes))}</td>
      <td data-head={t('MACs')}>{figure((side) => shown(macsOf(kind, side) || null, compact))}</td>
      {has.error && <td data-head={t('Output error')}>{errorOf(layer)}</td>}
    </tr>
  );
}

const COUNTED: Record<PlannedLayer['state'], (layers: number) => string> = {
  pruned: (layers) => t('{0} pruned', layers),
  removed: (layers) => t('{0} narrower', layers),
  follows: (layers) => tPlural(layers, '{0} follows', '{0} follow', layers),
  protected: (layers) => t('{0} protected', layers),
  skipped: (layers) => t('{0} skipped', layers),
  kept: (layers) => t('{0} unchanged', layers),
  replaced: (layers) => t('{0} replaced', layers),
  merged: (layers) => t('{0} merged', layers),
  absorbs: (layers) => t('{0} absorbs', layers),
  dropped: (layers) => t('{0} dropped', layers),
  new: (layers) => t('{0} new', layers),
};

/** The number of layers in each state, so that every skipped layer is counted. */
function tally(layers: readonly PlannedLayer[]): string {
  const counts = new Map<PlannedLayer['state'], number>();
  for (const { state } of layers) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, number]) => COUNTED[state](number)).join(t(', '));
}

const OF_NONZERO = t('Bytes and MACs are those of nonzero weights.');
const NOTES: Record<StepPlan['kind'], string> = {
  zeros: sentences(
    OF_NONZERO,
    t('The file keeps its zeros: it becomes smaller only when compressed, and inference is no faster.'),
  ),
  channels: t('Bytes are those of the stored parameters. The model becomes smaller and usually faster.'),
  layers: t('Bytes are those of the stored parameters, summed over the layers in the place of a replaced one.'),
  same: sentences(
    OF_NONZERO,
    t('Counts are those of the current checkpoint: the step keeps them, or finds others while it runs.'),
  ),
};

/** The last plan of the selected step, layer by layer. */
export function PlanTable() {
  const known = planned.value;
  const step = currentStep.value;
  if (!known || known.step.step !== step?.step) return null;
  const { plan } = known;
  const stale = JSON.stringify(known.step) !== JSON.stringify(step);
  const { before, after } = plan.counts.totals;
  const { before: now, after: then } = plan.bytes;
  const { metrics } = plan;
  const has = shownIn(plan);
  return (
    <section
      class={stale ? 'plan-table stale' : 'plan-table'}
      aria-labelledby="plan-title"
      data-testid="plan-table"
      data-stale={stale}
    >
      <div class="section-head">
        <h3 id="plan-title">
          {t('Plan: {0}', tally(plan.counts.layers))}
          {stale && t(' (before the last change of options)')}
        </h3>
        <span class="row small figures">
          {t('gzip {0}', both(sizeWords(now, 'gzipBytes'), then ? sizeWords(then, 'gzipBytes') : '?'))}
          {then && t(' ({0})', change(now.gzipBytes, then.gzipBytes))}
          {now.packedBytes !== undefined && (
            <span
              data-testid="plan-packed"
              data-value={then?.packedBytes}
              title={t(
                'One packed file. Entropy of places and values of the weights: {0} bytes',
                both(found(idealOf(now), count), found(idealOf(then), count)),
              )}
            >
              {t('packed {0}', both(sizeWords(now, 'packedBytes'), then ? sizeWords(then, 'packedBytes') : '?'))}
              {then?.packedBytes !== undefined && t(' ({0})', change(now.packedBytes, then.packedBytes))}
            </span>
          )}
          {metrics && (
            <span data-testid="plan-accuracy" data-value={metrics.after?.[0].value}>
              {t(
                '{0} {1} on {2}',
                translated(mainMetric(metrics.before).words),
                both(mainText(metrics.before, 1), metrics.after ? mainText(metrics.after, 1) : '?'),
                plural(metrics.samples, 'validation example'),
              )}
            </span>
          )}
          {metrics?.sampleData && <Tag>{t('sample')}</Tag>}
        </span>
      </div>
      {plan.shortfall !== undefined && (
        <p class="small" role="note" data-testid="plan-shortfall">
          {sentence(translated(plan.shortfall))}
        </p>
      )}
      <div class="plan-scroller" role="group" aria-labelledby="plan-title" tabIndex={0}>
        <table class="compare stacks">
          <thead>
            <tr>
              <th scope="col">{t('Layer')}</th>
              <th scope="col">{t('State')}</th>
              {has.width && <th scope="col">{t('Width')}</th>}
              {has.rank && <th scope="col">{t('Rank')}</th>}
              <th scope="col">{countsOf(plan.kind)}</th>
              <th scope="col">{t('Bytes')}</th>
              <th scope="col">{t('MACs')}</th>
              {has.error && (
                <th scope="col" title={ERROR_MEANS}>
                  {t('Output error')}
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {plan.counts.layers.map((layer, place) => (
              <Row key={layer.name} {...{ layer, plan, has, place }} />
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{t('All layers')}</th>
              <td />
              {has.width && <td />}
              {has.rank && <td />}
              <td data-head={countsOf(plan.kind)}>
                {shrinks(plan.kind)
                  ? both(count(before.params), count(after.params))
                  : both(percent(before.sparsity, 1), percent(after.sparsity, 1))}
              </td>
              <td data-head={t('Bytes')}>{both(bytes(now.bytes), found(then?.bytes, bytes))}</td>
              <td data-head={t('MACs')}>
                {both(shown(macsOf(plan.kind, before), compact), shown(macsOf(plan.kind, after), compact))}
              </td>
              {has.error && <td />}
            </tr>
          </tfoot>
        </table>
      </div>
      <p class="small quiet">
        {sentences(
          NOTES[plan.kind],
          before.macsFor ? t('MACs are counted for {0}.', macsForWords(before.macsFor)) : '',
          t('The plan is for the current checkpoint, without the steps before.'),
          plan.difference ? (plan.kind === 'layers' ? differenceWords : maskedDifferenceWords)(plan.difference) : '',
          plan.notCompared === undefined
            ? ''
            : t('Outputs were not compared: {0}', sentence(translated(plan.notCompared))),
          plan.noAccuracy === undefined ? '' : t('Accuracy: {0}', sentence(translated(plan.noAccuracy))),
          ...(plan.notes ?? []).map(translated),
        )}
      </p>
    </section>
  );
}
