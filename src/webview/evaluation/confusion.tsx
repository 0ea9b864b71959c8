import type { Evaluation } from '../../protocol/measure';
import { count } from '../../protocol/format';
import { heat } from './heat';
import { answersOf } from './offered';
import { HeatMap } from './heat-map';
import { Mistakes } from './mistakes';
import { showCell, shownCell } from './state';

/** With more classes the numbers would not fit into their cells. */
const WITH_NUMBERS = 20;
/** With more classes nobody finds a cell in the picture. */
const AS_PICTURE = 30;

/**
 * The confusion matrix: rows are actual classes, columns predicted ones; a darker cell is a larger share of its row, and
 * shows its examples. Of many classes, the most frequent confusions.
 */
export function Confusion({ evaluation }: { evaluation: Evaluation }) {
  const { confusion, perClass } = evaluation;
  const names = perClass.map((each) => each.name);
  const hasExamples = answersOf(evaluation) === 'of a cell';
  if (confusion.length > AS_PICTURE) return <Mistakes evaluation={evaluation} />;
  if (confusion.length > WITH_NUMBERS)
    return <HeatMap confusion={confusion} names={names} onShow={hasExamples ? showCell : undefined} />;
  return (
    <div class="confusion-scroller">
      <table class="confusion">
        <caption class="small quiet">Confusion: rows are the actual class, columns the predicted one</caption>
        <thead>
          <tr>
            <td />
            {names.map((name) => (
              <th key={name} scope="col" title={`Predicted ${name}`}>
                <span>{name}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {confusion.map((row, actual) => (
            <tr key={names[actual] ?? actual}>
              <th scope="row" title={`Actual ${names[actual] ?? actual}`}>
                {names[actual] ?? actual}
              </th>
              {row.map((samples, predicted) => (
                <td
                  key={predicted}
                  class={[predicted === actual ? 'right' : 'wrong', samples === 0 ? 'none' : ''].join(' ')}
                  style={{ '--heat': heat(samples, row).toFixed(3) }}
                  title={`${names[actual] ?? actual} taken for ${names[predicted] ?? predicted}: ${count(samples)}`}
                >
                  {samples === 0 || !hasExamples ? (
                    samples
                  ) : (
                    <button
                      type="button"
                      class="cell"
                      aria-label={`Show ${names[actual] ?? actual} taken for ${names[predicted] ?? predicted}, ${count(samples)}`}
                      aria-pressed={shownCell.value?.actual === actual && shownCell.value.predicted === predicted}
                      onClick={() => showCell({ actual, predicted })}
                      data-testid={`cell-${actual}-${predicted}`}
                    >
                      {samples}
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
