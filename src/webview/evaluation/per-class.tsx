import { t } from '../../protocol/l10n';
import { classColor } from '../../protocol/measure/class-colors';
import { percent, plural } from '../../protocol/format';
import { sampleNoun, type OutputView } from './offered';

/** Accuracy of each class as a bar with its figure; for pixels intersection over union, and the color of the class in maps. */
export function PerClass({ view: { perClass, task } }: { view: OutputView }) {
  const pixels = task === 'pixel-classification';
  return (
    <div class="per-class">
      <p class="small quiet" id="per-class-title">
        {pixels ? t('Intersection over union by class') : t('Accuracy by class')}
      </p>
      <ul aria-labelledby="per-class-title" tabIndex={0} data-testid="per-class">
        {perClass.map(({ name, samples, accuracy, iou }, index) => {
          const shown = pixels ? (iou ?? null) : accuracy;
          return (
            <li key={`${index} ${name}`} title={plural(samples, sampleNoun(task))}>
              <span class="class-name">
                {pixels && (
                  <span
                    class="class-color"
                    aria-hidden="true"
                    style={{ '--swatch': `rgb(${classColor(index).join(' ')})` }}
                  />
                )}
                {name}
              </span>
              <span class="class-track" aria-hidden="true">
                <span class="class-bar" style={{ '--share': shown ?? 0 }} />
              </span>
              <span class="figures">{shown === null ? '\u2013' : percent(shown, 1)}</span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
