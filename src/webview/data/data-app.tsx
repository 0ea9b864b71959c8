import { useEffect } from 'preact/hooks';
import { t, translated } from '../../protocol/l10n';
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
    <main class="page titled" data-inputs data-testid="data" data-ready={known !== null && !isStale.value}>
      <h1>{(description ?? known?.recognized)?.name ?? t('Dataset')}</h1>
      {known?.model !== undefined && <p class="quiet">{t('For {0}', known.model)}</p>}
      <Actions known={known} />
      <div class="data-state">
        <QuestionState asked={review} stage={t('Reading the data')} testId="data-problem" />
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
              <p class="quiet">{t('The data is shown here when it can be read with the options.')}</p>
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
          {t('Use This Dataset')}
        </Button>
      )}
      <Button icon="folder-opened" onPress={() => void act('another')} testId="another-data">
        {t('Choose Another…')}
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
          {file === null ? t('Save as {0}', known.saveAs) : t('Save in {0}', file)}
        </Button>
      )}
      {file !== null && (
        <Button icon="file-code" onPress={() => void act('edit')} testId="edit-data">
          {t('Open {0}', file)}
        </Button>
      )}
      <Button icon="refresh" onPress={() => void readAgain()} testId="read-again">
        {t('Read Again')}
      </Button>
    </div>
  );
}

const ROLE_TITLES: Readonly<Record<string, string>> = {
  features: t('Columns of features'),
  unused: t('Columns left out'),
  target: t('Column of the target'),
  image: t('Column of the image'),
  split: t('Column of the split'),
};

function Seen({ description }: { description: DataDescription }) {
  const { source, format, splits, evidence } = description;
  const facts = [
    [t('Source'), source],
    [t('Format'), translated(format)],
    [t('Task'), taskWords(description)],
    [t('Shape of an example'), exampleShape(description)],
    [t('Preprocessing'), preprocessWords(description)],
    ...columnsWords(description).map(([role, names]) => [ROLE_TITLES[role] ?? role, names]),
  ];
  return (
    <>
      <section class="section" aria-labelledby="facts-title">
        <h2 id="facts-title">{t('Recognized')}</h2>
        <dl class="data-facts" data-testid="facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt class="quiet">{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <ul class="small evidence" data-testid="evidence">
          {evidence.map((sentence) => (
            <li key={sentence}>{translated(sentence)}</li>
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
      <h2 id="splits-title">{t('Splits')}</h2>
      <table class="compare data-splits" data-testid="splits">
        <tbody>
          {splits.map(({ name, examples, heldOut }) => (
            <tr key={name}>
              <th scope="row">{translated(name)}</th>
              <td data-value={examples}>{count(examples)}</td>
              <td class="quiet">{heldOut ? t('held out of train') : ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
