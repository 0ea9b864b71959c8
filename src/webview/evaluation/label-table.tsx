import { useMemo, useState } from 'preact/hooks';
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
  name: { text: 'Label' },
  support: { text: 'Examples', title: 'Examples that have the label' },
  precision: { text: 'Precision', title: 'Share of the examples called so that have the label' },
  recall: { text: 'Recall', title: 'Share of the examples with the label that were called so' },
  f1: { text: 'F1', title: 'Harmonic mean of precision and recall' },
  auc: { text: 'AUC', title: 'How often an example with the label is scored above one without it' },
  missed: { text: 'Missed', title: 'Examples that have the label and were not called so' },
  wrong: { text: 'Wrong', title: 'Examples that were called so and do not have the label' },
};

/** The figures of each label, which can be sorted and searched; the mistakes lead to their examples. */
export function LabelTable({ labels }: { labels: readonly LabelFigures[] }) {
  const [typed, setTyped] = useState('');
  const [sort, setSort] = useState<Sort<LabelColumn>>({ column: null, descending: false });
  const rows = useMemo(() => labelRows(labels, typed, sort), [labels, typed, sort]);
  return (
    <div class="mistakes">
      {labels.length > FEW && (
        <TextField label="Find a label" value={typed} placeholder="Name" onText={setTyped} testId="find-label" />
      )}
      {rows.length === 0 && <p class="small quiet">No label has such a name.</p>}
      {rows.length > SHOWN && (
        <p class="small quiet">
          {SHOWN} of {count(rows.length)} labels are shown; a search finds the others.
        </p>
      )}
      <div class="mistakes-scroller" role="region" aria-label="Labels" tabIndex={0}>
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
  const words = of.mistake === 'missed' ? `without ${name}, which they have` : `with ${name}, which they do not have`;
  return (
    <LinkButton
      onPress={() => showAnswers({ kind: 'label', ...of })}
      label={`Show ${count(many)} called ${words}`}
      testId={`${of.mistake}-${of.label}`}
    >
      {count(many)}
    </LinkButton>
  );
}
