import { chosen, choose } from '../state/layer-list';
import { amounts, preferredMode, selected } from '../state/session';
import { restoreAmounts, setLayerAmounts } from '../state/threshold';
import { parseAmount } from '../threshold/amount';
import { IconButton, Button } from '../ui/button';
import { NumberField } from '../ui/number-field';
import { plural } from '../../protocol/format';
import { t } from '../../protocol/l10n';

const UNITS = { absolute: '|w|', percent: '%', sigma: '\u03c3' } as const;
const STEPS = { absolute: [0.001, 0.01], percent: [1, 10], sigma: [0.05, 0.5] } as const;

/** The thresholds of several layers that were chosen together. */
export function ChosenBar() {
  const layers = chosen.value;
  const mode = preferredMode.value;
  const own = layers.map((layer) => amounts.value.layers[layer]);
  const [first] = own;
  const shared =
    first && own.every((one) => one?.mode === first.mode && one.value === first.value) && first.mode === mode
      ? first.value
      : null;
  const [arrow, page] = STEPS[mode];
  return (
    <div class="chosen-bar" data-testid="chosen-bar" data-inputs>
      <strong class="figures">{plural(layers.length, 'layer')}</strong>
      <NumberField
        key={mode}
        label={t('Own threshold')}
        value={shared}
        placeholder={own.some((one) => one !== undefined) ? t('several') : t('none')}
        max={mode === 'percent' ? 100 : Infinity}
        arrow={arrow}
        page={page}
        unit={UNITS[mode]}
        parse={(text) => {
          const read = parseAmount(mode, text);
          return typeof read === 'string' ? read : read.value;
        }}
        hold={() => {
          const before = amounts.peek();
          return (at) => restoreAmounts(before, at);
        }}
        onValue={(value, at) => setLayerAmounts(layers, { mode, value }, at)}
        onBlank={() => setLayerAmounts(layers, null, performance.now())}
        testId="chosen-threshold"
      />
      <Button
        icon="lock"
        title={t('These layers keep their weights, whatever the threshold of all layers is')}
        onPress={(at) => setLayerAmounts(layers, { mode, value: 0 }, at)}
        testId="chosen-keep"
      >
        {t('Protect')}
      </Button>
      <Button
        disabled={own.every((one) => one === undefined)}
        title={t('These layers follow the threshold of all layers again')}
        onPress={(at) => setLayerAmounts(layers, null, at)}
        testId="chosen-follow"
      >
        {t('Follow All')}
      </Button>
      <IconButton
        icon="close"
        label={t('Choose one layer only')}
        onPress={() => choose(selected.value, 'alone')}
        testId="chosen-close"
      />
    </div>
  );
}
