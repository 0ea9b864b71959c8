import { useState } from 'preact/hooks';
import { t, tPlural } from '../../protocol/l10n';
import type { Recipe } from '../../protocol/recipe';
import { SideHeads } from '../compare/side-heads';
import { Checkbox } from '../ui/checkbox';
import { recipeDiff } from './recipe-diff';

const NONE = '\u2013';

/** The differences between the recipes of two runs, field by field. */
export function RecipeDiffTable({ a, b, names }: { a: Recipe; b: Recipe; names: readonly [string, string] }) {
  const [whole, setWhole] = useState(false);
  const rows = recipeDiff(a, b);
  const different = rows.filter(({ differs }) => differs);
  const same = rows.length - different.length;
  const shown = whole ? rows : different;
  return (
    <section class="section" aria-labelledby="recipe-diff-title" data-testid="recipe-diff">
      <div class="section-head">
        <h2 id="recipe-diff-title">{t('Recipes')}</h2>
        {same > 0 && (
          <Checkbox checked={whole} onToggle={setWhole} testId="recipe-diff-whole">
            {tPlural(same, 'Show {0} field that is the same', 'Show {0} fields that are the same', same)}
          </Checkbox>
        )}
      </div>
      {shown.length === 0 ? (
        <p class="plot-empty">{t('Both recipes are the same.')}</p>
      ) : (
        <div class="plan-scroller" role="group" aria-labelledby="recipe-diff-title" tabIndex={0}>
          <table class="compare runs-diff">
            <thead>
              <tr>
                <th scope="col">{t('Place')}</th>
                <th scope="col">{t('Field')}</th>
                <SideHeads names={names} />
              </tr>
            </thead>
            <tbody>
              {shown.map(({ place, field, a: left, b: right, differs }) => (
                <tr key={`${place} ${field}`} class={differs ? 'differs' : 'quiet'}>
                  <th scope="row">{place}</th>
                  <td>{field}</td>
                  <td>{left ?? NONE}</td>
                  <td>{right ?? NONE}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
