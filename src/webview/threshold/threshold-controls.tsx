import { percent, weight } from '../../protocol/format';
import { t, translated } from '../../protocol/l10n';
import { largest, parseAmount, resolution, sliderEnd, steps, type Amount, type Mode } from './amount';
import { sentence } from '../ui/sentence';
import { scope, selectedLayer } from '../state/session';
import { amount, mode, setAmount, setMode, setScope, setValue, threshold, weights } from '../state/threshold';
import { NumberField } from '../ui/number-field';
import { Range } from '../ui/range';
import { Select } from '../ui/select';

const MODE_TEXTS: readonly { value: Mode; text: string }[] = [
  { value: 'absolute', text: t('Absolute |w|') },
  { value: 'percent', text: t('Percent of weights') },
  { value: 'sigma', text: t('s \u00d7 std deviation') },
];
const SCOPE_TEXTS: readonly { value: 'global' | 'layer'; text: string }[] = [
  { value: 'global', text: t('All layers') },
  { value: 'layer', text: t('This layer') },
];

/** The shown and typed number of an amount. */
function shown(value: number): string {
  return value >= 1e-4 || value === 0 ? String(Number(value.toPrecision(6))) : value.toExponential(2);
}

/** The same threshold in the other modes. */
function inOtherWords(): string {
  const about = weights.value;
  if (!about) return '';
  const at = threshold.value;
  // The form below says that nothing is pruned yet.
  if (at <= 0) return '';
  const share = about.count > 0 ? about.zerosBelow(at) / about.count : 0;
  const words = {
    absolute: `|w| < ${weight(at)}`,
    percent: t('{0} zeros', percent(share, 1)),
    sigma: about.std > 0 ? `${weight(at / about.std)} \u03c3` : '',
  };
  return Object.entries(words)
    .filter(([name, text]) => name !== mode.value && text !== '')
    .map(([, text]) => text)
    .join(' \u00b7 ');
}

/** The threshold as a slider and a number, in three modes, for one layer or for all. */
export function ThresholdControls() {
  const about = weights.value;
  const how = mode.value;
  const value = amount.value?.value ?? 0;
  const max = about ? largest(how, about) : 0;
  const { arrow, page } = about ? steps(how, about) : { arrow: 0, page: 0 };
  const layer = selectedLayer.value;
  const off = about === null;
  return (
    <div class="controls">
      <Select
        label={t('Prune')}
        value={scope.value}
        options={SCOPE_TEXTS}
        onSelect={(next) => setScope(next)}
        testId="scope-select"
      />
      <Select label={t('Threshold by')} value={how} options={MODE_TEXTS} onSelect={setMode} testId="mode-select" />
      <NumberField
        // Another mode or layer has its own field.
        key={`${how} ${scope.value} ${layer?.name ?? ''}`}
        label={{ absolute: t('|w| below'), percent: t('Percent'), sigma: t('Times \u03c3') }[how]}
        value={value}
        max={how === 'percent' ? 100 : Math.max(max, value)}
        arrow={arrow}
        page={page}
        unit={{ absolute: undefined, percent: '%', sigma: '\u03c3' }[how]}
        format={shown}
        parse={(text) => {
          const read = parseAmount(how, text);
          return typeof read === 'string' ? read : read.value;
        }}
        disabled={off}
        hold={() => {
          const before = amount.peek();
          return (at) => setAmount(before, at);
        }}
        // A typed value may exceed the slider's end: a recipe may hold such a threshold.
        onValue={(next, at) => setAmount({ mode: how, value: next }, at)}
        testId="threshold-number"
      />
      <Range
        label={t('Threshold')}
        value={value}
        max={about ? sliderEnd(how, about, value) : 0}
        step={about ? resolution(how, about) : 1}
        arrow={arrow}
        page={page}
        text={inOtherWords()}
        disabled={off}
        onValue={setValue}
        testId="threshold-slider"
      />
      <p class="small quiet figures words" data-testid="threshold-words" data-value={threshold.value}>
        {off && layer && !layer.prunable
          ? sentence(
              layer.reason === undefined ? t('this layer has no weights that can be pruned') : translated(layer.reason),
            )
          : inOtherWords() || '\u00a0'}
      </p>
    </div>
  );
}

/** An amount in a few words, for the list of amounts. */
export function amountWords(amount: Amount): string {
  if (amount.value === 0) return t('kept as it is');
  if (amount.mode === 'percent') return `${shown(amount.value)}%`;
  return amount.mode === 'sigma' ? `${shown(amount.value)} \u03c3` : `|w| < ${weight(amount.value)}`;
}
