import { macsForWords, sizeWords } from '../../protocol/model';
import type { PlannedLayer, PlannedSide, StepPlan } from '../../protocol/plan';
import { differenceWords } from '../../protocol/reshaping';
import { bytes, change, compact, count, percent } from '../../protocol/format';
import { mainMetric, mainText } from '../../protocol/metric';
import { sentence } from '../ui/sentence';
import { currentStep } from '../state/recipe';
import { planned } from '../state/step-plan';
import { select } from '../state/threshold';
import { LinkButton } from '../ui/link';
import { Tag } from '../ui/tag';

const ARROW = ' \u2192 ';
const STATES: Record<PlannedLayer['state'], string> = {
  pruned: 'Pruned',
  removed: 'Narrower',
  follows: 'Follows',
  protected: 'Protected',
  skipped: 'Skipped',
  kept: 'Unchanged',
  replaced: 'Replaced',
  merged: 'Merged',
  absorbs: 'Absorbs',
  dropped: 'Dropped',
  new: 'New',
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

/** The parameters to count: nonzero ones if weights become 0, all if channels are removed. */
const macsOf = (kind: StepPlan['kind'], { macs, nonzeroMacs }: Pick<PlannedSide, 'macs' | 'nonzeroMacs'>) =>
  shrinks(kind) ? macs : nonzeroMacs;

function Row({ layer, plan: { kind, bytes: sizes }, place }: { layer: PlannedLayer; plan: StepPlan; place: number }) {
  const { before, after, becomes = [], into, reason } = layer;
  const notes = [
    ...(becomes.length > 0 ? [`by ${becomes.map(({ name }) => name).join(', ')}`] : []),
    ...(into === undefined ? [] : [`into ${into}`]),
    ...(reason === undefined ? [] : [reason]),
  ];
  const size = sizes.layers[place];
  const figure = (of: (side: PlannedSide) => string) => both(of(before), of(after));
  return (
    <tr data-testid={`plan-row-${layer.name}`} data-state={layer.state}>
      <th scope="row">
        <LinkButton onPress={() => select(layer.name)} label={`Show the weights of ${layer.name}`}>
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
      <td class="figure">
        {shrinks(kind)
          ? figure((side) => shown(side.width, count))
          : figure((side) => shown(side.sparsity, (share) => percent(share, 1)))}
      </td>
      <td class="figure">{both(shown(size?.before || null, bytes), found(size?.after, bytes))}</td>
      <td class="figure">{figure((side) => shown(macsOf(kind, side) || null, compact))}</td>
    </tr>
  );
}

/** The number of layers in each state, so that every skipped layer is counted. */
function tally(layers: readonly PlannedLayer[]): string {
  const counts = new Map<string, number>();
  for (const { state } of layers) counts.set(STATES[state], (counts.get(STATES[state]) ?? 0) + 1);
  const words = (state: string, number: number): string =>
    state === STATES.follows && number !== 1 ? 'follow' : state.toLowerCase();
  return [...counts].map(([state, number]) => `${number} ${words(state, number)}`).join(', ');
}

const OF_NONZERO = 'Bytes and MACs are those of nonzero weights.';
const NOTES: Record<StepPlan['kind'], string> = {
  zeros: `${OF_NONZERO} The file keeps its zeros: it becomes smaller only when compressed, and inference is no faster.`,
  channels: 'Bytes are those of the stored parameters. The model becomes smaller and usually faster.',
  layers: 'Bytes are those of the stored parameters, summed over the layers in the place of a replaced one.',
  same: `${OF_NONZERO} Counts are those of the current checkpoint: the step keeps them, or finds others while it runs.`,
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
  return (
    <section
      class={stale ? 'plan-table stale' : 'plan-table'}
      aria-labelledby="plan-title"
      data-testid="plan-table"
      data-stale={stale}
    >
      <div class="section-head">
        <h3 id="plan-title">
          Plan: {tally(plan.counts.layers)}
          {stale && ' (before the last change of options)'}
        </h3>
        <span class="row small figures">
          gzip {both(sizeWords(now, 'gzipBytes'), then ? sizeWords(then, 'gzipBytes') : '?')}
          {then && ` (${change(now.gzipBytes, then.gzipBytes)})`}
          {now.packedBytes !== undefined && (
            <span
              data-testid="plan-packed"
              data-value={then?.packedBytes}
              title={`One packed file. Entropy of places and values of the weights: ${both(found(idealOf(now), count), found(idealOf(then), count))} bytes`}
            >
              packed {both(sizeWords(now, 'packedBytes'), then ? sizeWords(then, 'packedBytes') : '?')}
              {then?.packedBytes !== undefined && ` (${change(now.packedBytes, then.packedBytes)})`}
            </span>
          )}
          {metrics && (
            <span data-testid="plan-accuracy" data-value={metrics.after?.[0].value}>
              {mainMetric(metrics.before).words}{' '}
              {both(mainText(metrics.before, 1), metrics.after ? mainText(metrics.after, 1) : '?')} on{' '}
              {count(metrics.samples)} validation examples
            </span>
          )}
          {metrics?.sampleData && <Tag>sample</Tag>}
        </span>
      </div>
      {plan.shortfall !== undefined && (
        <p class="small" role="note" data-testid="plan-shortfall">
          {sentence(plan.shortfall)}
        </p>
      )}
      <div class="plan-scroller" role="region" aria-labelledby="plan-title" tabIndex={0}>
        <table class="compare">
          <thead>
            <tr>
              <th scope="col">Layer</th>
              <th scope="col">State</th>
              <th scope="col">{shrinks(plan.kind) ? 'Width' : 'Sparsity'}</th>
              <th scope="col">Bytes</th>
              <th scope="col">MACs</th>
            </tr>
          </thead>
          <tbody>
            {plan.counts.layers.map((layer, place) => (
              <Row key={layer.name} layer={layer} plan={plan} place={place} />
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">All layers</th>
              <td />
              <td class="figure">
                {shrinks(plan.kind)
                  ? `${both(count(before.params), count(after.params))} parameters`
                  : both(percent(before.sparsity, 1), percent(after.sparsity, 1))}
              </td>
              <td class="figure">{both(bytes(now.bytes), found(then?.bytes, bytes))}</td>
              <td class="figure">
                {both(shown(macsOf(plan.kind, before), compact), shown(macsOf(plan.kind, after), compact))}
              </td>
            </tr>
          </tfoot>
        </table>
      </div>
      <p class="small quiet">
        {NOTES[plan.kind]}
        {before.macsFor && ` MACs are counted for ${macsForWords(before.macsFor)}.`} The plan is for the current
        checkpoint, without the steps before.
        {plan.difference &&
          (plan.kind === 'layers'
            ? ` ${differenceWords(plan.difference)}`
            : ` Outputs differ from those of the masked model by at most ${plan.difference.largest.toExponential(1)} of their spread, on ${count(plan.difference.samples)} ${plan.difference.on === 'noise' ? 'random' : 'validation'} examples.`)}
        {plan.notCompared !== undefined && ` Outputs were not compared: ${plan.notCompared}`}
        {plan.noAccuracy !== undefined && ` Accuracy: ${plan.noAccuracy}.`}
        {plan.notes?.map((note) => ` ${note}`)}
      </p>
    </section>
  );
}
