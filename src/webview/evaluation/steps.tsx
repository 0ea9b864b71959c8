import { t } from '../../protocol/l10n';
import type { Answers } from '../../protocol/measure/answers';
import { count, percent, weight } from '../../protocol/format';
import { className, type OutputView } from './offered';

/** True and predicted classes of the steps of examples; wrong ones are marked. */
export function Steps({ answers, view }: { answers: Extract<Answers, { kind: 'steps' }>; view: OutputView }) {
  const { rows, steps } = answers;
  if (rows.length === 0) return <p class="small quiet">{t('There is no such example.')}</p>;
  const shown = rows[0]?.target.length ?? 0;
  return (
    <>
      {shown < steps && (
        <p class="small quiet">{t('The first {0} of {1} steps are shown.', count(shown), count(steps))}</p>
      )}
      {rows.map(({ place, inputs, target, answer, right }) => (
        <figure key={place} class="steps-of" data-testid="steps">
          <figcaption class="small quiet">
            {t('Example {0}: {1} of the steps are right', count(place + 1), percent(right, 1))}
          </figcaption>
          <div class="plan-scroller" role="region" aria-label={t('Steps of example {0}', place + 1)} tabIndex={0}>
            <table class="steps">
              <tbody>
                {inputs && (
                  <tr>
                    <th scope="row">{t('Input')}</th>
                    {inputs.map((value, step) => (
                      <td key={step}>{weight(value)}</td>
                    ))}
                  </tr>
                )}
                <tr>
                  <th scope="row">{t('True')}</th>
                  {target.map((index, step) => (
                    <td key={step}>{className(view, index)}</td>
                  ))}
                </tr>
                <tr>
                  <th scope="row">{t('Predicted')}</th>
                  {answer.map((index, step) => (
                    <td
                      key={step}
                      class={index === target[step] ? '' : 'wrong'}
                      title={index === target[step] ? t('Step {0}', step + 1) : t('Step {0}, wrong', step + 1)}
                    >
                      {index === target[step] ? '' : '\u2717\u00a0'}
                      {className(view, index)}
                    </td>
                  ))}
                </tr>
              </tbody>
            </table>
          </div>
        </figure>
      ))}
    </>
  );
}
