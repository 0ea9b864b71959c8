import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../protocol/l10n';
import type { Answers, AnswersOf } from '../../protocol/measure/answers';
import { plural } from '../../protocol/format';
import { QuestionState } from '../question/question-state';
import { Button } from '../ui/button';
import { ExampleList } from './example-list';
import { Maps } from './maps';
import { className, sampleNoun, type OutputView } from './offered';
import { Scatter } from './scatter';
import { SideBySide } from './side-by-side';
import { answers, askedFor, showAnswers } from './state';
import { Steps } from './steps';

/** Answers of the model beside what is true: examples of a cell or with a mistake in a label, numbers, pictures, or classes of places. */
export function AnswersView({ view }: { view: OutputView }) {
  const known = answers.answer.value;
  const of = askedFor.value;
  const place = useRef<HTMLElement>(null);
  const chosen = of !== null && of.kind !== 'some';
  useEffect(() => {
    if (chosen) place.current?.scrollIntoView({ block: 'nearest' });
  }, [of, known]);
  const some = view.offers.includes('some');
  if (!some && !of) return null;
  return (
    <section ref={place} class="answers" aria-labelledby="answers-title" data-testid="answers">
      <h3 id="answers-title">{of ? titleOf(of, view) : t('Answers')}</h3>
      <QuestionState asked={answers} stage={t('Asking the model')} testId="answers-problem" />
      {some && (chosen || !known) && !answers.running.value && (
        <Button icon="graph-scatter" onPress={() => showAnswers({ kind: 'some' })} testId="show-answers">
          {chosen ? t('Show Other Answers') : t('Show Answers')}
        </Button>
      )}
      {known && !answers.running.value && <Body answers={known} view={view} />}
    </section>
  );
}

function titleOf(of: AnswersOf, view: OutputView): string {
  switch (of.kind) {
    case 'some':
      return t('Answers');
    case 'cell': {
      const [actual, predicted] = [className(view, of.actual), className(view, of.predicted)];
      const what =
        of.actual === of.predicted ? t('{0}, recognized', actual) : t('{0} taken for {1}', actual, predicted);
      if (view.task === 'classification') return what;
      return sampleNoun(view.task) === 'pixel' ? t('Most pixels of {0}', what) : t('Most steps of {0}', what);
    }
    case 'label': {
      const name = view.labels?.[of.label]?.name ?? String(of.label);
      return of.mistake === 'missed' ? t('{0}, missed', name) : t('{0}, where it is not', name);
    }
  }
}

function Body({ answers: known, view }: { answers: Answers; view: OutputView }) {
  switch (known.kind) {
    case 'classes': {
      const total = view.confusion[known.cell.actual]?.[known.cell.predicted] ?? 0;
      const shown = known.examples.length;
      return (
        <ExampleList
          examples={known.examples}
          said={t(
            '{0}, each with the probability of the predicted class',
            shown < total ? t('The first {0} of {1}', shown, plural(total, 'example')) : plural(total, 'example'),
          )}
        />
      );
    }
    case 'labels': {
      const total = view.labels?.[known.mistake.label]?.[known.mistake.mistake] ?? 0;
      const shown = known.examples.length;
      return (
        <ExampleList
          examples={known.examples}
          said={t(
            '{0}, the surest mistake first, each with the probability of the label',
            shown < total ? t('The first {0} of {1}', shown, plural(total, 'example')) : plural(total, 'example'),
          )}
        />
      );
    }
    case 'numbers':
      return <Scatter answers={known} />;
    case 'pictures':
      return <SideBySide rows={known.rows} />;
    case 'maps':
      return <Maps rows={known.rows} />;
    case 'steps':
      return <Steps answers={known} view={view} />;
  }
}
