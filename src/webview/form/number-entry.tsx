import { NumberField } from '../ui/number-field';
import { Range } from '../ui/range';
import { percentOf, shareOf, typedPercent } from '../../protocol/format';
import { inPercent, takesNumber, type NumberSpec } from '../../protocol/fields';
import { fallbackWords, numberFault, parseNumber } from './values';
import { ownProblem, type EntryProps } from './entry';

/** Numbers up to 1 also have a slider: shares, and weights of one thing against another. */
const slides = ({ share, min, max }: NumberSpec): boolean => max === 1 && (share ? min >= 0 : min === 0);

/** A number; empty means the default, or none. A share is shown and typed as percent. */
export function NumberEntry({ field, spec, value, context, onChange }: EntryProps & { spec: NumberSpec }) {
  const number = typeof value === 'number' ? value : null;
  const fallback = typeof field.fallback === 'number' ? field.fallback : null;
  const share = spec.share === true;
  const hasSlider = slides(spec) && !(spec.above && !share);
  const { min, max } = share ? inPercent(spec) : spec;
  const arrow = share || spec.integer ? 1 : hasSlider ? 0.01 : 0.1;
  const take = (next: number) => onChange(share ? shareOf(next) : Number(next.toPrecision(10)));
  const problem = ownProblem(context);
  const entry = (
    <NumberField
      label={field.label}
      value={number !== null && share ? percentOf(number) : number}
      placeholder={field.blank ?? fallbackWords(fallback ?? undefined, spec)}
      // A value from a file may be outside of the range, which the schema tells as a share.
      fault={problem !== null && share && number !== null && !takesNumber(spec, number) ? numberFault(spec) : problem}
      min={min}
      max={max}
      arrow={arrow}
      page={arrow * 10}
      unit={share ? '%' : undefined}
      parse={(text) => {
        const read = parseNumber(spec, text);
        return share && typeof read === 'number' ? percentOf(read) : read;
      }}
      {...(field.required ? {} : { onBlank: () => onChange(undefined) })}
      onValue={take}
      kept={context.kept?.(context.id, field.label)}
      testId={context.id}
    />
  );
  if (!hasSlider) return entry;
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
        text={share ? typedPercent(shown) : String(shown)}
        onValue={(next) => {
          const value = Number(next.toPrecision(10));
          const least = spec.above ? spec.min + 0.01 : spec.min;
          const most = spec.below ? spec.max - 0.01 : spec.max;
          onChange(Math.max(least, Math.min(most, value)));
        }}
      />
      {entry}
    </div>
  );
}
