import { useState } from 'preact/hooks';
import { t, tPlural, translated } from '../../protocol/l10n';
import { plural } from '../../protocol/format';
import { amountWords } from '../../protocol/measure/sensitivity';
import { METRICS } from '../../protocol/metric';
import { addStep } from '../state/recipe';
import { bringIntoView } from '../state/view';
import { Button } from '../ui/button';
import { leadToMistake } from '../ui/invalid-field';
import { NumberField } from '../ui/number-field';
import { Select } from '../ui/select';
import { FIRST_TOLERANCE, sensitiveLayers, stepWithout, toleranceUnit } from './exclude';
import { measuredAmounts, scanMetric, scannedLayers, type ScanView } from './scan';

const DOES: Readonly<Record<ScanView['by'], string>> = {
  prune: t('Prune to'),
  remove: t('Remove channels'),
  quantize: t('Quantize to'),
};

/** Makes a step of a finished scan: all layers by one amount, without those that lose most. */
export function ExcludeForm({ view }: { view: ScanView }) {
  const amounts = measuredAmounts(view);
  const [chosen, setChosen] = useState<number | null>(null);
  const [tolerance, setTolerance] = useState(FIRST_TOLERANCE);
  const amount = chosen !== null && amounts.includes(chosen) ? chosen : amounts[Math.floor(amounts.length / 2)];
  if (amount === undefined) return null;
  const left = sensitiveLayers(view, amount, tolerance);
  const all = scannedLayers(view).length;
  const { words } = METRICS[scanMetric(view)];
  return (
    <div class="exclude" data-testid="exclude">
      <div class="row">
        <Select
          label={DOES[view.by]}
          value={String(amount)}
          options={amounts.map((one) => ({ value: String(one), text: amountWords(view.by, one) }))}
          onSelect={(value) => setChosen(Number(value))}
          testId="exclude-amount"
        />
        <NumberField
          label={t('Leave layers that lose more {0} than', translated(words))}
          value={tolerance}
          max={100}
          arrow={0.1}
          page={1}
          unit={toleranceUnit(view)}
          parse={(text) => {
            const value = Number(text);
            return text.trim() !== '' && value >= 0 && value <= 100 ? value : t('Enter {0} to {1}.', 0, 100);
          }}
          onValue={(value) => setTolerance(Number(value.toFixed(3)))}
          testId="exclude-tolerance"
        />
        <Button
          icon="add"
          disabled={left.length === all}
          onPress={(_, pressed) => {
            if (leadToMistake(pressed)) return;
            addStep(stepWithout(view, amount, left));
            bringIntoView('recipe');
          }}
          testId="exclude-add"
        >
          {t('Add to the Recipe')}
        </Button>
      </div>
      <p class="small quiet" data-testid="exclude-layers">
        {left.length === 0
          ? t('All {0} lose at most that.', plural(all, 'layer'))
          : left.length === all
            ? t('Each layer loses more than that.')
            : tPlural(left.length, 'Left as it is: {0}.', 'Left as they are: {0}.', left.join(t(', ')))}
      </p>
    </div>
  );
}
