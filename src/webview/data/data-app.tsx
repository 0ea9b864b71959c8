import { exampleShape, preprocessWords, taskWords } from '../../protocol/data-description';
import type { DataDescription } from '../../protocol/data-description';
import type { DataReview } from '../../protocol/data-page';
import { count } from '../../protocol/format';
import { QuestionState } from '../question/question-state';
import { Button } from '../ui/button';
import { Notice } from '../ui/notice';
import { ClassList } from './class-list';
import { ShownExamples } from './shown-examples';
import { act, openReview, refusal, review } from './state';

/** The page that shows what was recognized in data before it is used. */
export function DataApp() {
  const known = review.problem.value === null ? review.answer.value : null;
  return (
    <main class="page data-page" data-testid="data" data-ready={known !== null}>
      <h1>{known ? known.description.name : 'Dataset'}</h1>
      {known?.model !== undefined && <p class="quiet">For {known.model}</p>}
      <QuestionState asked={review} stage="Reading the data" testId="data-problem" />
      <Actions known={known} />
      {refusal.value !== null && (
        <Notice kind="error" testId="data-refusal">
          {refusal.value}
        </Notice>
      )}
      {known && <Body description={known.description} />}
    </main>
  );
}

function Actions({ known }: { known: DataReview | null }) {
  return (
    <div class="row">
      {known && (
        <Button primary icon="check" onPress={() => void act('use')} testId="use-data">
          Use This Dataset
        </Button>
      )}
      <Button icon="folder-opened" onPress={() => void act('another')} testId="another-data">
        Choose Another…
      </Button>
      {known && known.saveAs !== null && (
        <Button icon="file-code" onPress={() => void act('save')} testId="save-data">
          {`Save as ${known.saveAs} and Edit`}
        </Button>
      )}
      {review.answer.value?.file != null && (
        <Button icon="file-code" onPress={() => void act('edit')} testId="edit-data">
          {`Edit ${review.answer.value.file}`}
        </Button>
      )}
      <Button icon="refresh" onPress={() => void openReview()} testId="read-again">
        Read Again
      </Button>
    </div>
  );
}

function Body({ description }: { description: DataDescription }) {
  const { source, format, splits, classes, evidence } = description;
  const facts = [
    ['Source', source],
    ['Format', format],
    ['Task', taskWords(description)],
    ['Shape of an example', exampleShape(description)],
    ['Preprocessing', preprocessWords(description)],
  ];
  return (
    <>
      <div class="data-top">
        <section class="section" aria-labelledby="facts-title">
          <h2 id="facts-title">Recognized</h2>
          <dl class="facts" data-testid="facts">
            {facts.map(([name, value]) => (
              <div key={name}>
                <dt class="quiet">{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          <ul class="small evidence" data-testid="evidence">
            {evidence.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </section>
        <Splits splits={splits} />
      </div>
      <ShownExamples splits={splits} />
      {classes.length > 0 && <ClassList classes={classes} />}
    </>
  );
}

function Splits({ splits }: Pick<DataDescription, 'splits'>) {
  return (
    <section class="section" aria-labelledby="splits-title">
      <h2 id="splits-title">Splits</h2>
      <table class="compare" data-testid="splits">
        <tbody>
          {splits.map(({ name, examples, heldOut }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td data-value={examples}>{count(examples)}</td>
              <td class="quiet">{heldOut ? 'held out of train' : ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
