import { t } from '../../protocol/l10n';
import { Select } from '../ui/select';
import { AnswersView } from './answers-view';
import { Confusion } from './confusion';
import { LabelTable } from './label-table';
import type { OutputView } from './offered';
import { PerClass } from './per-class';
import { showOutput, shownOutput } from './state';

/** The classes, labels and answers of the output that is chosen. */
export function OutputDetails({ outputs }: { outputs: readonly OutputView[] }) {
  const view = outputs.find(({ output }) => output === shownOutput.value) ?? outputs[0];
  if (!view) return null;
  return (
    <>
      {outputs.length > 1 && (
        <div class="output-choice">
          <Select
            label={t('Output')}
            value={view.output ?? ''}
            options={outputs.map(({ output = '' }) => ({ value: output, text: output }))}
            onSelect={showOutput}
            testId="output-choice"
          />
        </div>
      )}
      {view.labels && <LabelTable key={view.output} labels={view.labels} />}
      {view.confusion.length > 0 && (
        <div class="evaluation-body">
          <Confusion key={view.output} view={view} />
          <PerClass view={view} />
        </div>
      )}
      <AnswersView view={view} />
    </>
  );
}
