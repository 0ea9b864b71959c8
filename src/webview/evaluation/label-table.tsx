import { useMemo, useState } from 'preact/hooks';
import { t } from '../../protocol/l10n';
import type { LabelMistake } from '../../protocol/measure/answers';
import type { LabelFigures } from '../../protocol/measure/evaluation';
import { count, percent } from '../../protocol/format';
import { LinkButton } from '../ui/link';
import { ariaSort, SortButton } from '../ui/sort-button';
import type { Sort } from '../ui/sorting';
import { TextField } from '../ui/text-field';
import { LABEL_COLUMNS, labelRows, nextLabelSort, type LabelColumn } from './labels';
import { showAnswers } from './state';

/** With more labels there is a search. */
const FEW = 8;
/** Rows that are drawn at most; a search finds the others. */
const SHOWN = 200;

const HEADS: Readonly<Record<LabelColumn, { readonly text: string; readonly title?: string }>> = {
  name: { text: t('Label') },
  support: { text: t('Examples'), title: t('Examples that have the label') },
  precision: { text: t('Precision'), title: t('Share of the examples called so that have the label') },
  recall: { text: t('Recall'), title: t('Share of the examples with the label that were called so') },
  f1: { text: 'F1', title: t('Harmonic mean of precision and recall') },
  auc: { text: 'AUC', title: t('How often an example with the label is scored above one without it') },
  missed: { text: t('Missed'), title: t('Examples that have the label and were not called so') },
  wrong: { text: t('Wrong'), title: t('Examples that were called so and do not have the label') },
};

/** The figures of each label, which can be sorted and searched; the mistakes lead to their examples. */
export function LabelTable({ labels }: { labels: readonly LabelFigures[] }) {
  const [typed, setTyped] = useState('');
  const [sort, setSort] = useState<Sort<LabelColumn>>({ column: null, descending: false });
  const rows = useMemo(() => labelRows(labels, typed, sort), [labels, typed, sort]);
  return (
    <div class="mistakes">
      {labels.length > FEW && (
        <TextField
          label={t('Find a label')}
          value={typed}
          placeholder={t('Name')}
          onText={setTyped}
          testId="find-label"
        />
      )}
      {rows.length === 0 && <p class="small quiet">{t('No label has such a name.')}</p>}
      {rows.length > SHOWN && (
        <p class="small quiet">
          {t('{0} of {1} labels are shown; a search finds the others.', SHOWN, count(rows.length))}
        </p>
      )}
      <div class="mistakes-scroller" role="region" aria-label={t('Labels')} tabIndex={0}>
        <table class="compare of-figures of-labels" data-testid="labels">
          <thead>
            <tr>
              {LABEL_COLUMNS.map((column) => (
                <th key={column} scope="col" aria-sort={ariaSort(sort, column)}>
                  <SortButton
                    {...{ sort, column, ...HEADS[column] }}
                    onSort={() => setSort(nextLabelSort(sort, column))}
                  />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, SHOWN).map(({ label, name, support, precision, recall, f1, auc, missed, wrong }) => (
              <tr key={label}>
                <th scope="row">{name}</th>
                <td>{count(support)}</td>
                <td>{share(precision)}</td>
                <td>{share(recall)}</td>
                <td>{share(f1)}</td>
                <td>{share(auc)}</td>
                <td>
                  <Mistakes of={{ label, mistake: 'missed' }} name={name} many={missed} />
                </td>
                <td>
                  <Mistakes of={{ label, mistake: 'wrong' }} name={name} many={wrong} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

const share = (value: number | null): string => (value === null ? '\u2013' : percent(value, 1));

function Mistakes({ of, name, many }: { of: LabelMistake; name: string; many: number }) {
  if (many === 0) return <>0</>;
  const words =
    of.mistake === 'missed' ? t('without {0}, which they have', name) : t('with {0}, which they do not have', name);
  return (
    <LinkButton
      onPress={() => showAnswers({ kind: 'label', ...of })}
      label={t('Show {0} called {1}', count(many), words)}
      testId={`${of.mistake}-${of.label}`}
    >
      {count(many)}
    </LinkButton>
  );
}
