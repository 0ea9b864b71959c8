import { plural } from '../../protocol/format';
import { mainText, METRICS } from '../../protocol/metric';
import type { Amount } from './amount';
import { counts, previewMetrics, previewBytes, previewProblem, step } from '../state/preview';
import { cannotMeasure, panel, amounts } from '../state/session';
import { resetAmount, resetAmounts, select, setAllowEmpty } from '../state/threshold';
import { ShowLog } from '../notices/show-log';
import { Checkbox } from '../ui/checkbox';
import { Icon } from '../ui/icon';
import { LinkButton } from '../ui/link';
import { Notice } from '../ui/notice';
import { Ring } from '../ui/ring';
import { useLasting } from '../ui/use-lasting';
import { amountWords } from './threshold-controls';

function Item({ layer, amount }: { layer: string | null; amount: Amount }) {
  const name = layer ?? 'All layers';
  return (
    <li class="plan-item">
      <LinkButton onPress={() => select(layer)} label={`Show ${name}`}>
        {name}
      </LinkButton>
      <span class="figures">{amountWords(amount)}</span>
      <button
        type="button"
        class="plan-reset"
        aria-label={`Remove the amount of ${name}`}
        title="Remove"
        onClick={(event) => resetAmount(layer, event.timeStamp)}
      >
        <Icon name="close" />
      </button>
    </li>
  );
}

/** Delay before the animation of a pending figure: it takes processor time from the engine, so only long waits show it. */
const LONG_WAIT_MS = 800;

/** The basis of the preview's figures: the examples of the metric, or the reason why it is missing. */
function Standing() {
  const tried = previewMetrics.value;
  const waiting = !tried || tried.stale || previewBytes.value?.stale !== false;
  const waitingLong = useLasting(waiting, LONG_WAIT_MS);
  if (previewProblem.value !== null)
    return (
      <Notice kind="error" actions={<ShowLog />} testId="preview-problem">
        {previewProblem.value}
      </Notice>
    );
  const why = tried?.value.reason ?? (tried?.value.figure ? null : cannotMeasure.value);
  const figure = tried && !tried.stale ? tried.value.figure : null;
  const { title } = METRICS[tried?.value.figure?.before[0].name ?? 'accuracy'];
  const samples = tried?.value.figure?.samples ?? panel.value?.previewSamples ?? 0;
  return (
    <p class="standing small quiet" role="status" data-testid="preview-standing">
      {waitingLong && <Ring />}
      <span>
        {figure?.after && <span class="unseen">{mainText(figure.after, 1)}: </span>}
        {why !== null ? `Accuracy: ${why}` : `${title} is measured on ${plural(samples, 'validation example')}`}
        {tried?.value.figure?.sampleData ? ' of the sample data' : ''}
      </span>
    </p>
  );
}

/** All amounts, each with a remove button, and the basis of the preview. */
export function PlanList() {
  const { global, layers, allowEmptyLayers } = amounts.value;
  const items: [string | null, Amount][] = [
    ...(global ? [[null, global] as [null, Amount]] : []),
    ...Object.entries(layers),
  ];
  if (items.length === 0) return null;
  const emptied = counts.value?.layers.some((layer) => layer.threshold !== null && layer.reason !== undefined) ?? false;
  return (
    <div class="plan">
      <ul class="plan-items" aria-label="The plan">
        {items.map(([layer, amount]) => (
          <Item key={layer ?? ''} layer={layer} amount={amount} />
        ))}
        {items.length > 1 && (
          <li class="plan-all">
            <LinkButton onPress={resetAmounts} testId="reset-plan">
              Reset all
            </LinkButton>
          </li>
        )}
      </ul>
      {(emptied || allowEmptyLayers) && (
        <Checkbox checked={allowEmptyLayers} onToggle={setAllowEmpty} testId="allow-empty">
          Let a layer lose all its weights
        </Checkbox>
      )}
      {step.value && <Standing />}
    </div>
  );
}
