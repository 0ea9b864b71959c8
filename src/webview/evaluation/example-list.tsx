import { t } from '../../protocol/l10n';
import type { AnsweredExample } from '../../protocol/measure/answers';
import { percent } from '../../protocol/format';

/** Examples, each with a probability. @param said one line that says which */
export function ExampleList({ examples, said }: { examples: readonly AnsweredExample[]; said: string }) {
  if (examples.length === 0) return <p class="small quiet">{t('There is no such example.')}</p>;
  return (
    <>
      <p class="small quiet">{said}</p>
      <ul class="answer-pictures" data-testid="cell-examples">
        {examples.map(({ place, picture, values, probability }) => (
          <li key={place}>
            {picture === undefined ? (
              <code class="small">{values?.map((value) => String(Number(value.toPrecision(4)))).join(', ')}</code>
            ) : (
              <img src={picture} alt={t('Example {0} of the split', place + 1)} />
            )}
            <span class="small figures" title={t('Example {0} of the split', place + 1)}>
              {percent(probability, 1)}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
