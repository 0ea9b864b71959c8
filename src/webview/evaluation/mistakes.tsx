import { useMemo, useState } from 'preact/hooks';
import { t } from '../../protocol/l10n';
import type { TaskName } from '../../protocol/task';
import { count, percent } from '../../protocol/format';
import { LinkButton } from '../ui/link';
import { TextField } from '../ui/text-field';
import { mistakesIn, searched } from './confusions';
import type { OutputView } from './offered';
import { showAnswers } from './state';

/** Rows that are drawn at most; a search finds the others. */
const SHOWN = 100;

/** The head of the column of samples, where they are no examples. */
const HEADS: Partial<Readonly<Record<TaskName, string>>> = {
  'step-classification': t('Steps'),
  'pixel-classification': t('Pixels'),
};

/** The mistakes of many classes, the most frequent first, with a search for classes. */
export function Mistakes({ view }: { view: OutputView }) {
  const { confusion, perClass } = view;
  const hasExamples = view.offers.includes('cell');
  const [typed, setTyped] = useState('');
  const names = useMemo(() => perClass.map(({ name }) => name), [perClass]);
  const all = useMemo(() => mistakesIn(confusion), [confusion]);
  const found = useMemo(() => searched(all, names, typed), [all, names, typed]);
  const shown = found.slice(0, SHOWN);
  return (
    <div class="mistakes">
      <TextField
        label={t('Find a class')}
        value={typed}
        placeholder={t('Name')}
        onText={setTyped}
        testId="find-class"
      />
      <p class="small quiet" role="status">
        {found.length === 0
          ? typed === ''
            ? t('The model makes no mistake.')
            : t('No mistake has such a class.')
          : found.length > SHOWN
            ? t('{0} kinds of mistake; the {1} most frequent are shown', count(found.length), SHOWN)
            : t('{0} kinds of mistake, the most frequent first', count(found.length))}
      </p>
      {shown.length > 0 && (
        <div class="mistakes-scroller" role="region" aria-label={t('Most frequent mistakes')} tabIndex={0}>
          <table class="compare of-figures" data-testid="mistakes">
            <thead>
              <tr>
                <th scope="col">{t('Actual')}</th>
                <th scope="col">{t('Predicted')}</th>
                <th scope="col">{HEADS[view.task] ?? t('Examples')}</th>
                <th scope="col">{t('Of the class')}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map(({ actual, predicted, count: many, share }) => (
                <tr key={`${actual} ${predicted}`}>
                  <th scope="row">{names[actual] ?? actual}</th>
                  <td class="class-word">{names[predicted] ?? predicted}</td>
                  <td>
                    {hasExamples ? (
                      <LinkButton
                        onPress={() => showAnswers({ kind: 'cell', actual, predicted })}
                        label={t(
                          'Show {0} of {1} taken for {2}',
                          count(many),
                          names[actual] ?? actual,
                          names[predicted] ?? predicted,
                        )}
                      >
                        {count(many)}
                      </LinkButton>
                    ) : (
                      count(many)
                    )}
                  </td>
                  <td>{percent(share, 1)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
