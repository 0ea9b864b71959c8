import { t } from '../../protocol/l10n';
import type { Answers } from '../../protocol/measure/answers';
import { percent } from '../../protocol/format';

/** True and predicted classes of the pixels of examples, as colors that stand beside the classes. */
export function Maps({ rows }: { rows: Extract<Answers, { kind: 'maps' }>['rows'] }) {
  if (rows.length === 0) return <p class="small quiet">{t('There is no such example.')}</p>;
  const withInput = rows.some(({ input }) => input !== undefined);
  return (
    <div class="plan-scroller" role="region" aria-label={t('Inputs, predicted and true classes')} tabIndex={0}>
      <table class="side-by-side maps" data-testid="maps">
        <thead>
          <tr>
            {withInput && <th scope="col">{t('Input')}</th>}
            <th scope="col">{t('Predicted')}</th>
            <th scope="col">{t('True')}</th>
            <th scope="col">{t('Right pixels')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ place, input, target, answer, right }) => (
            <tr key={place} title={t('Example {0} of the split', place + 1)}>
              {withInput && (
                <td>{input !== undefined && <img src={input} alt={t('Input of example {0}', place + 1)} />}</td>
              )}
              <td>
                <img src={answer} alt={t('Predicted classes of example {0}', place + 1)} />
              </td>
              <td>
                <img src={target} alt={t('True classes of example {0}', place + 1)} />
              </td>
              <td class="figures">{percent(right, 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
