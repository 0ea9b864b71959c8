import { t } from '../../protocol/l10n';
import type { Answers } from '../../protocol/measure/answers';

/** Pictures that a model made beside their targets. */
export function SideBySide({ rows }: { rows: Extract<Answers, { kind: 'pictures' }>['rows'] }) {
  const withInput = rows.some(({ input, target }) => input !== undefined && input !== target);
  return (
    <div class="plan-scroller" role="region" aria-label={t('Inputs, answers and targets')} tabIndex={0}>
      <table class="side-by-side" data-testid="side-by-side">
        <thead>
          <tr>
            {withInput && <th scope="col">{t('Input')}</th>}
            <th scope="col">{t('Target')}</th>
            <th scope="col">{t('Answer')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ input, target, answer }, index) => (
            <tr key={index}>
              {withInput && <td>{input !== undefined && <img src={input} alt={t('Input {0}', index + 1)} />}</td>}
              <td>
                <img src={target} alt={t('Target {0}', index + 1)} />
              </td>
              <td>
                <img src={answer} alt={t('Answer {0}', index + 1)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
