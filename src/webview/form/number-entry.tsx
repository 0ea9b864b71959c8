import { NumberField } from '../ui/number-field';
import { Range } from '../ui/range';
import type { NumberSpec } from '../../protocol/fields';
import { fallbackWords, parseNumber } from './values';
import { ownProblem, type EntryProps } from './entry';

/** Shares also have a slider. */
const isShare = ({ min, max }: NumberSpec): boolean => min === 0 && max === 1;

/** A number; empty means the default, or none. */
export function NumberEntry({ field, spec, value, context, onChange }: EntryProps & { spec: NumberSpec }) {
  const number = typeof value === 'number' ? value : null;
  const fallback = typeof field.fallback === 'number' ? field.fallback : null;
  const share = isShare(spec);
  const arrow = spec.integer ? 1 : share ? 0.01 : 0.1;
  const entry = (
    <NumberField
      label={field.label}
      value={number}
      placeholder={field.blank ?? fallbackWords(fallback ?? undefined)}
      fault={ownProblem(context)}
      min={spec.min}
      max={spec.max}
      arrow={arrow}
      page={arrow * 10}
      parse={(text) => parseNumber(spec, text)}
      {...(field.required ? {} : { onBlank: () => onChange(undefined) })}
      onValue={(next) => onChange(rounded(next))}
      testId={context.id}
    />
  );
  if (!share) return entry;
  const shown = number ?? fallback ?? 0;
  return (
    <div class="pair slide">
      <Range
        label={field.label}
        value={shown}
        max={1}
        step={0.01}
        arrow={0.01}
        page={0.1}
        text={`${Math.round(shown * 100)}%`}
        onValue={(next) => onChange(rounded(next))}
      />
      {entry}
    </div>
  );
}

/** Rounds away the noise of binary fractions that steps of 0.01 add up. */
const rounded = (value: number): number => Number(value.toPrecision(10));
