import { useEffect, useRef } from 'preact/hooks';
import type { Evaluation } from '../../protocol/measure';
import type { Answers } from '../../protocol/measure/answers';
import { count, percent, plural } from '../../protocol/format';
import { QuestionState } from '../question/question-state';
import { Button } from '../ui/button';
import { Scatter } from './scatter';
import { answersOf } from './offered';
import { answers, showAnswers, shownCell } from './state';

/** Answers of the model beside what is true: examples of a cell of the confusion matrix, a scatter, or pictures. */
export function AnswersView({ evaluation }: { evaluation: Evaluation }) {
  const known = answers.answer.value;
  const cell = shownCell.value;
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    if (cell) place.current?.scrollIntoView({ block: 'nearest' });
  }, [cell, known]);
  const offered = answersOf(evaluation);
  const name = (index: number): string => evaluation.perClass[index]?.name ?? String(index);
  if (offered !== 'all' && !cell) return null;
  return (
    <section ref={place} class="answers" aria-labelledby="answers-title" data-testid="answers">
      <h3 id="answers-title">
        {cell
          ? cell.actual === cell.predicted
            ? `${name(cell.actual)}, recognized`
            : `${name(cell.actual)} taken for ${name(cell.predicted)}`
          : 'Answers'}
      </h3>
      <QuestionState asked={answers} stage="Asking the model" testId="answers-problem" />
      {offered === 'all' && !known && !answers.running.value && (
        <Button icon="graph-scatter" onPress={showAnswers} testId="show-answers">
          Show Answers
        </Button>
      )}
      {known && !answers.running.value && (
        <Body answers={known} total={cell ? (evaluation.confusion[cell.actual]?.[cell.predicted] ?? 0) : 0} />
      )}
    </section>
  );
}

function Body({ answers: known, total }: { answers: Answers; total: number }) {
  switch (known.kind) {
    case 'classes':
      return <OfCell examples={known.examples} total={total} />;
    case 'numbers':
      return <Scatter answers={known} />;
    case 'pictures':
      return <SideBySide rows={known.rows} />;
  }
}

function OfCell({ examples, total }: { examples: Extract<Answers, { kind: 'classes' }>['examples']; total: number }) {
  if (examples.length === 0) return <p class="small quiet">No example is in this cell.</p>;
  return (
    <>
      <p class="small quiet">
        {examples.length < total
          ? `The first ${examples.length} of ${count(total)} examples`
          : plural(total, 'example')}
        , each with the probability of the predicted class
      </p>
      <ul class="answer-pictures" data-testid="cell-examples">
        {examples.map(({ place, picture, values, probability }) => (
          <li key={place}>
            {picture === undefined ? (
              <code class="small">{values?.map((value) => String(Number(value.toPrecision(4)))).join(', ')}</code>
            ) : (
              <img src={picture} alt={`Example ${place + 1} of the split`} />
            )}
            <span class="small figures" title={`Example ${place + 1} of the split`}>
              {percent(probability, 1)}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function SideBySide({ rows }: { rows: Extract<Answers, { kind: 'pictures' }>['rows'] }) {
  const withInput = rows.some(({ input, target }) => input !== undefined && input !== target);
  return (
    <div class="plan-scroller" role="region" aria-label="Inputs, answers and targets" tabIndex={0}>
      <table class="side-by-side" data-testid="side-by-side">
        <thead>
          <tr>
            {withInput && <th scope="col">Input</th>}
            <th scope="col">Target</th>
            <th scope="col">Answer</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ input, target, answer }, index) => (
            <tr key={index}>
              {withInput && <td>{input !== undefined && <img src={input} alt={`Input ${index + 1}`} />}</td>}
              <td>
                <img src={target} alt={`Target ${index + 1}`} />
              </td>
              <td>
                <img src={answer} alt={`Answer ${index + 1}`} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
