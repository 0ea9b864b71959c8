import type { Evaluation } from '../../protocol/measure';
import { count } from '../../protocol/format';
import { heat } from './heat';
import { HeatMap } from './heat-map';

/** With more classes the numbers would not fit into their cells. */
const WITH_NUMBERS = 20;

/** The confusion matrix: rows are actual classes, columns predicted ones; a darker cell is a larger share of its row. */
export function Confusion({ evaluation }: { evaluation: Evaluation }) {
  const { confusion, perClass } = evaluation;
  const names = perClass.map((each) => each.name);
  if (confusion.length > WITH_NUMBERS) return <HeatMap confusion={confusion} names={names} />;
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
                  {samples}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
