import { plural, weight } from '../../protocol/format';
import { t, translated } from '../../protocol/l10n';
import { mainText, METRICS } from '../../protocol/metric';
import { thresholdOf, type Amount } from './amount';
import { allWeights, counts, previewMetrics, previewBytes, previewProblem, step } from '../state/preview';
import { cannotEvaluateInShort, cannotMeasure, panel, amounts } from '../state/session';
import { resetAmount, resetAmounts, select, setAllowEmpty } from '../state/threshold';
import { ShowLog } from '../notices/show-log';
import { Checkbox } from '../ui/checkbox';
import { Icon } from '../ui/icon';
import { LinkButton } from '../ui/link';
import { Notice } from '../ui/notice';
import { Ring } from '../ui/ring';
import { useLasting } from '../ui/use-lasting';
import { amountWords } from './threshold-controls';

/** One amount. `exceptions`: the layers with amounts of their own, where it is that of all layers. */
function Item({ layer, amount, exceptions }: { layer: string | null; amount: Amount; exceptions: number }) {
  const name = layer ?? (exceptions === 0 ? t('All layers') : t('All other layers'));
  return (
    <li class="plan-item" data-testid={`plan-${layer ?? 'all'}`}>
      <LinkButton onPress={() => select(layer)} label={t('Show {0}', name)}>
        {name}
      </LinkButton>
      <span
        class="figures"
        title={
          exceptions > 0 && amount.mode !== 'absolute'
            ? t('This threshold was found for all layers together; thresholds of single layers do not move it')
            : undefined
        }
      >
        {exceptions === 0 ? amountWords(amount) : besideOthers(amount)}
      </span>
      <button
        type="button"
        class="plan-reset"
        aria-label={t('Remove the amount of {0}', name)}
        title={t('Remove')}
        onClick={(event) => resetAmount(layer, event.timeStamp)}
      >
        <Icon name="close" />
      </button>
    </li>
  );
}

/** The amount of all layers beside layers with their own: its threshold, and where that came from. */
function besideOthers(amount: Amount): string {
  const all = allWeights.value;
  if (amount.mode === 'absolute' || !all) return amountWords(amount);
  return t('|w| < {0}, from {1} of all layers', weight(thresholdOf(amount, all)), amountWords(amount));
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
        {translated(previewProblem.value)}
      </Notice>
    );
  const why = cannotEvaluateInShort.value ?? tried?.value.reason ?? (tried?.value.figure ? null : cannotMeasure.value);
  const figure = tried && !tried.stale ? tried.value.figure : null;
  const { title } = METRICS[tried?.value.figure?.before[0].name ?? 'accuracy'];
  const examples = plural(tried?.value.figure?.samples ?? panel.value?.previewSamples ?? 0, 'validation example');
  return (
    <p class="standing small quiet" role="status" data-testid="preview-standing">
      {waitingLong && <Ring />}
      <span>
        {figure?.after && <span class="unseen">{mainText(figure.after, 1)}: </span>}
        {why !== null
          ? t('Accuracy: {0}', translated(why))
          : t(
              '{0} is measured on {1}',
              translated(title),
              tried?.value.figure?.sampleData ? t('{0} of the sample data', examples) : examples,
            )}
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
      <ul class="plan-items" aria-label={t('The plan')}>
        {items.map(([layer, amount]) => (
          <Item
            key={layer ?? ''}
            layer={layer}
            amount={amount}
            exceptions={layer === null ? Object.keys(layers).length : 0}
          />
        ))}
        {items.length > 1 && (
          <li class="plan-all">
            <LinkButton onPress={resetAmounts} testId="reset-plan">
              {t('Reset all')}
            </LinkButton>
          </li>
        )}
      </ul>
      {(emptied || allowEmptyLayers) && (
        <Checkbox checked={allowEmptyLayers} onToggle={setAllowEmpty} testId="allow-empty">
          {t('Let a layer lose all its weights')}
        </Checkbox>
      )}
      {step.value && <Standing />}
    </div>
  );
}
