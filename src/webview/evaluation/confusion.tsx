import { t } from '../../protocol/l10n';
import { count } from '../../protocol/format';
import { heat } from './heat';
import { sampleNoun, type OutputView } from './offered';
import { HeatMap } from './heat-map';
import { Mistakes } from './mistakes';
import { showAnswers, shownCell } from './state';

/** With more classes the numbers would not fit into their cells. */
const WITH_NUMBERS = 20;
/** With more classes nobody finds a cell in the picture. */
const AS_PICTURE = 30;

/**
 * The confusion matrix: rows are actual classes, columns predicted ones; a darker cell is a larger share of its row, and
 * shows its examples. Of many classes, the most frequent confusions.
 */
export function Confusion({ view }: { view: OutputView }) {
  const { confusion, perClass, task } = view;
  const names = perClass.map((each) => each.name);
  const hasExamples = view.offers.includes('cell');
  if (confusion.length > AS_PICTURE) return <Mistakes view={view} />;
  if (confusion.length > WITH_NUMBERS)
    return (
      <HeatMap
        confusion={confusion}
        names={names}
        onShow={hasExamples ? (cell) => showAnswers({ kind: 'cell', ...cell }) : undefined}
      />
    );
  // Counts of steps and pixels have too many digits for a cell.
  const text = (samples: number, row: readonly number[]): string =>
    task === 'classification' ? String(samples) : percentOf(samples, row);
  return (
    <div class="confusion-scroller">
      <table class="confusion">
        <caption class="small quiet">{captionOf(task)}</caption>
        <thead>
          <tr>
            <td />
            {names.map((name) => (
              <th key={name} scope="col" title={t('Predicted {0}', name)}>
                <span>{name}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {confusion.map((row, actual) => (
            <tr key={names[actual] ?? actual}>
              <th scope="row" title={t('Actual {0}', names[actual] ?? actual)}>
                {names[actual] ?? actual}
              </th>
              {row.map((samples, predicted) => (
                <td
                  key={predicted}
                  class={[predicted === actual ? 'right' : 'wrong', samples === 0 ? 'none' : ''].join(' ')}
                  style={{ '--heat': heat(samples, row).toFixed(3) }}
                  title={t(
                    '{0} taken for {1}: {2}',
                    names[actual] ?? actual,
                    names[predicted] ?? predicted,
                    count(samples),
                  )}
                >
                  {samples === 0 || !hasExamples ? (
                    text(samples, row)
                  ) : (
                    <button
                      type="button"
                      class="cell"
                      aria-label={t(
                        'Show {0} taken for {1}, {2}',
                        names[actual] ?? actual,
                        names[predicted] ?? predicted,
                        count(samples),
                      )}
                      aria-pressed={shownCell.value?.actual === actual && shownCell.value.predicted === predicted}
                      onClick={() => showAnswers({ kind: 'cell', actual, predicted })}
                      data-testid={`cell-${actual}-${predicted}`}
                    >
                      {text(samples, row)}
                    </button>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function captionOf(task: OutputView['task']): string {
  const axes = t('rows are the actual class, columns the predicted one');
  if (task === 'classification') return t('Confusion: {0}', axes);
  return sampleNoun(task) === 'pixel'
    ? t('Confusion of pixels in percent of the actual class: {0}', axes)
    : t('Confusion of steps in percent of the actual class: {0}', axes);
}

/** The whole percentage of a part of a row, without its sign. */
function percentOf(part: number, row: readonly number[]): string {
  const share = (100 * part) / row.reduce((sum, one) => sum + one, 0);
  if (part === 0) return '0';
  return share < 0.5 ? '<1' : share > 99.5 && share < 100 ? '>99' : share.toFixed(0);
}
