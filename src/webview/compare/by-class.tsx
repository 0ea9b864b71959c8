import { t } from '../../protocol/l10n';
import type { Evaluation } from '../../protocol/measure';
import { percent, plural, points } from '../../protocol/format';
import { SideHeads } from './side-heads';

/** The accuracy of each class in both models, and the difference; nothing where the task has no classes. */
export function ByClass({ a, b, names }: { a: Evaluation; b: Evaluation; names: readonly [string, string] }) {
  if (a.perClass.length === 0) return null;
  return (
    <section class="section" aria-labelledby="by-class-title">
      <h2 id="by-class-title">{t('Accuracy by class')}</h2>
      <div class="plan-scroller" role="group" aria-labelledby="by-class-title" tabIndex={0}>
        <table class="compare of-figures" data-testid="compared-classes">
          <thead>
            <tr>
              <th scope="col">{t('Class')}</th>
              <th scope="col">{t('Examples')}</th>
              <SideHeads names={names} />
              <th scope="col">{t('Change')}</th>
            </tr>
          </thead>
          <tbody>
            {a.perClass.map((each, index) => {
              const other = b.perClass[index];
              return (
                <tr key={`${index} ${each.name}`}>
                  <th scope="row">{each.name}</th>
                  <td>{plural(each.samples, 'example')}</td>
                  <td>{percent(each.accuracy, 1)}</td>
                  <td>{other ? percent(other.accuracy, 1) : '\u2013'}</td>
                  <td class={other && other.accuracy < each.accuracy ? 'worse' : 'quiet'}>
                    {other ? points(other.accuracy - each.accuracy) : ''}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}
