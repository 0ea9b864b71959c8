import type { Answers } from '../../protocol/measure/answers';
import { percent } from '../../protocol/format';

/** True and predicted classes of the pixels of examples, as colors that stand beside the classes. */
export function Maps({ rows }: { rows: Extract<Answers, { kind: 'maps' }>['rows'] }) {
  if (rows.length === 0) return <p class="small quiet">There is no such example.</p>;
  const withInput = rows.some(({ input }) => input !== undefined);
  return (
    <div class="plan-scroller" role="region" aria-label="Inputs, predicted and true classes" tabIndex={0}>
      <table class="side-by-side maps" data-testid="maps">
        <thead>
          <tr>
            {withInput && <th scope="col">Input</th>}
            <th scope="col">Predicted</th>
            <th scope="col">True</th>
            <th scope="col">Right pixels</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ place, input, target, answer, right }) => (
            <tr key={place} title={`Example ${place + 1} of the split`}>
              {withInput && <td>{input !== undefined && <img src={input} alt={`Input of example ${place + 1}`} />}</td>}
              <td>
                <img src={answer} alt={`Predicted classes of example ${place + 1}`} />
              </td>
              <td>
                <img src={target} alt={`True classes of example ${place + 1}`} />
              </td>
              <td class="figures">{percent(right, 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
