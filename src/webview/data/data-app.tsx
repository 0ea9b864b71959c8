import { useEffect } from 'preact/hooks';
import { columnsWords, exampleShape, preprocessWords, taskWords } from '../../protocol/data-description';
import type { DataDescription } from '../../protocol/data-description';
import type { DataReview } from '../../protocol/data-page';
import { isDataFile } from '../../protocol/dataset';
import { count } from '../../protocol/format';
import { QuestionState } from '../question/question-state';
import { Button } from '../ui/button';
import { leadToMistake } from '../ui/invalid-field';
import { Notice } from '../ui/notice';
import { undoByKey } from '../ui/undo-keys';
import { ChangeList } from './change-list';
import { DataForm } from './data-form';
import { ShownExamples } from './shown-examples';
import {
  act,
  complaint,
  isStale,
  isUnsaved,
  isUsable,
  note,
  readAgain,
  redo,
  refusal,
  review,
  reviewed,
  save,
  trouble,
  undo,
} from './state';

/** The page that shows what was recognized in data, and lets a person correct it, before it is used. */
export function DataApp() {
  useEffect(() => {
    const byKey = (event: KeyboardEvent): void => undoByKey(event, { undo, redo });
    document.addEventListener('keydown', byKey);
    return () => document.removeEventListener('keydown', byKey);
  }, []);
  const known = review.problem.value === null ? review.answer.value : null;
  const description = known?.description ?? null;
  return (
    <main class="page data-page" data-inputs data-testid="data" data-ready={known !== null && !isStale.value}>
      <h1>{(description ?? known?.recognized)?.name ?? 'Dataset'}</h1>
      {known?.model !== undefined && <p class="quiet">For {known.model}</p>}
      <Actions known={known} />
      <div class="data-state">
        <QuestionState asked={review} stage="Reading the data" testId="data-problem" />
        <p class="small quiet" role="status" data-testid="data-note">
          {note.value ?? ''}
        </p>
      </div>
      {trouble.value !== null && (
        <Notice kind="error" testId="data-trouble">
          {trouble.value}
        </Notice>
      )}
      {refusal.value !== null && (
        <Notice kind="error" testId="data-refusal">
          {refusal.value}
        </Notice>
      )}
      {known && (
        <div class="data-columns">
          <div class="data-seen" aria-busy={isStale.value}>
            {description ? (
              <Seen description={description} />
            ) : (
              <p class="quiet">The data is shown here when it can be read with the options.</p>
            )}
          </div>
          <div class="data-said">
            <ChangeList />
            <DataForm />
          </div>
        </div>
      )}
    </main>
  );
}

function Actions({ known }: { known: DataReview | null }) {
  const reference = reviewed.value?.reference ?? '';
  const place = typeof reference === 'string' ? reference : reference.source;
  const file = isDataFile(place) ? (place.split(/[\\/]/).at(-1) ?? place) : null;
  return (
    <div class="row">
      {known && (
        <Button
          primary
          icon="check"
          disabled={!isUsable.value}
          onPress={(_, pressed) => {
            if (!leadToMistake(pressed)) void act('use');
          }}
          testId="use-data"
        >
          Use This Dataset
        </Button>
      )}
      <Button icon="folder-opened" onPress={() => void act('another')} testId="another-data">
        Choose Another…
      </Button>
      {known && (file === null || isUnsaved.value) && (
        <Button
          icon="file-code"
          disabled={complaint.value !== null}
          onPress={(_, pressed) => {
            if (!leadToMistake(pressed)) void save();
          }}
          testId="save-data"
        >
          {file === null ? `Save as ${known.saveAs}` : `Save in ${file}`}
        </Button>
      )}
      {file !== null && (
        <Button icon="file-code" onPress={() => void act('edit')} testId="edit-data">
          {`Open ${file}`}
        </Button>
      )}
      <Button icon="refresh" onPress={() => void readAgain()} testId="read-again">
        Read Again
      </Button>
    </div>
  );
}

function Seen({ description }: { description: DataDescription }) {
  const { source, format, splits, evidence } = description;
  const facts = [
    ['Source', source],
    ['Format', format],
    ['Task', taskWords(description)],
    ['Shape of an example', exampleShape(description)],
    ['Preprocessing', preprocessWords(description)],
    ...columnsWords(description).map(([role, names]) => [
      role === 'features' ? 'Columns of features' : role === 'unused' ? 'Columns left out' : `Column of the ${role}`,
      names,
    ]),
  ];
  return (
    <>
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
      <ShownExamples splits={splits} columns={description.columns} />
    </>
  );
}

function Splits({ splits }: Pick<DataDescription, 'splits'>) {
  return (
    <section class="section" aria-labelledby="splits-title">
      <h2 id="splits-title">Splits</h2>
      <table class="compare data-splits" data-testid="splits">
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
