import { t } from '../../protocol/l10n';
import { SHADES, type Paint } from './paint';

/** The meaning of colors, and what is lit up beside the selected layer. */
export function Legend({ paint, coupled, marked }: { paint: Paint; coupled: string | null; marked: boolean }) {
  return (
    <div class="graph-legend row small quiet figures" data-testid="graph-legend">
      {paint.missing !== null && <span>{paint.missing}</span>}
      {paint.name !== 'none' && paint.missing === null && (
        <span class="row">
          {t('{0}: {1}', paint.title, paint.words(paint.from))}
          <span class="legend-end">
            <span class="legend-scale" aria-hidden="true">
              {Array.from({ length: SHADES }, (_, shade) => (
                <span key={shade} class={`legend-shade shade-${shade}`} />
              ))}
            </span>
            {t('{0}; blocks show their largest', paint.words(paint.to))}
          </span>
        </span>
      )}
      {marked && <span>{t('Frames: dashed is gone, dotted is replaced, thick is narrower, changed or new')}</span>}
      {coupled !== null && <span class="legend-coupled">{coupled}</span>}
    </div>
  );
}
