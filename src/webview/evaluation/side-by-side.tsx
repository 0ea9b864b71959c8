import type { Answers } from '../../protocol/measure/answers';

/** Pictures that a model made beside their targets. */
export function SideBySide({ rows }: { rows: Extract<Answers, { kind: 'pictures' }>['rows'] }) {
  const withInput = rows.some(({ input, target }) => input !== undefined && input !== target);
  return (
    <div class="plan-scroller" role="region" aria-label="Inputs, answers and targets" tabIndex={0}>
      <table class="side-by-side" data-testid="side-by-side">
        <thead>
          <tr>
            {withInput && <th scope="col">Input</th>}
            <th scope="col">Target</th>
            <th scope="col">Answer</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ input, target, answer }, index) => (
            <tr key={index}>
              {withInput && <td>{input !== undefined && <img src={input} alt={`Input ${index + 1}`} />}</td>}
              <td>
                <img src={target} alt={`Target ${index + 1}`} />
              </td>
              <td>
                <img src={answer} alt={`Answer ${index + 1}`} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
