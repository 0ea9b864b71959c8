import { t, translated } from '../../protocol/l10n';
import { enteringWords, type DataExamples } from '../../protocol/data-examples';
import { columnsOfRole, type DataDescription } from '../../protocol/data-description';
import { count } from '../../protocol/format';
import { QuestionState } from '../question/question-state';
import { Select } from '../ui/select';
import { shown, shownSplit, showSplit } from './state';

/** Examples of one split: pictures, or rows of numbers. */
export function ShownExamples({ splits, columns }: Pick<DataDescription, 'splits' | 'columns'>) {
  const features = columnsOfRole(columns ?? [], 'feature');
  const examples = shown.answer.value;
  return (
    <section class="section" aria-labelledby="examples-title">
      <div class="section-head">
        <h2 id="examples-title">{t('Examples')}</h2>
        <Select
          label={t('Split')}
          value={shownSplit.value}
          options={splits.map(({ name, examples: many }) => ({
            value: name,
            text: `${translated(name)} (${count(many)})`,
          }))}
          onSelect={showSplit}
          disabled={shown.running.value !== null}
          testId="split"
        />
      </div>
      <QuestionState asked={shown} stage={t('Reading examples')} testId="examples-problem" />
      {examples && shown.problem.value === null && <Body examples={examples} features={features} />}
    </section>
  );
}

const targetText = (target: string | (number | null)[]): string =>
  typeof target === 'string' ? target : target.map((value) => numberText(value)).join(', ');

const numberText = (value: number | null): string =>
  value === null ? t('not finite') : String(Number(value.toPrecision(6)));

/** @param features the names of the columns of numbers, where there are any */
function Body({ examples, features }: { examples: DataExamples; features: readonly string[] }) {
  if (examples.kind === 'pictures')
    return (
      <>
        <p class="small quiet" data-testid="entering">
          {enteringWords(examples.entering)}
        </p>
        <ul class="example-pictures" data-testid="pictures">
          {examples.examples.map(({ picture, target }, index) => (
            <li key={index}>
              <img src={picture} alt={t('Example of {0}', targetText(target))} />
              <span class="small">{targetText(target)}</span>
            </li>
          ))}
        </ul>
      </>
    );
  const columns = examples.examples[0]?.values.length ?? 0;
  // A column of names is several numbers.
  const named = features.length === examples.width;
  return (
    <div class="example-table">
      <table class="compare" data-testid="rows">
        <caption class="small quiet">
          {columns < examples.width
            ? t('The first {0} of {1} numbers of the first examples', columns, count(examples.width))
            : t('The first examples')}
        </caption>
        <thead>
          <tr>
            <th scope="col">{t('Target')}</th>
            {Array.from({ length: columns }, (_, column) => (
              <th scope="col" key={column}>
                {named ? features[column] : column + 1}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {examples.examples.map(({ values, target }, row) => (
            <tr key={row}>
              <th scope="row">{targetText(target)}</th>
              {values.map((value, column) => (
                <td key={column}>{numberText(value)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
