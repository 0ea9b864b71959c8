import { sentences, t, translated } from '../../protocol/l10n';
import { AIM_WORDS, AIMS, firstText } from './goal';
import { advice, advise, goalDraft, goalProblem, measuring, minutes } from '../state/advice';
import { cannotEvaluate, cannotMeasure, cannotRun, evaluation } from '../state/session';
import { Button } from '../ui/button';
import { Checkbox } from '../ui/checkbox';
import { leadToMistake } from '../ui/invalid-field';
import { NumberField } from '../ui/number-field';
import { Select } from '../ui/select';
import { sentence } from '../ui/sentence';
import { TextField } from '../ui/text-field';

/** Reads minutes, or says what is wrong with them. */
function minutesOf(text: string): number | string {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return value > 0 && value <= 24 * 60 ? value : t('Enter a number above 0, up to 1,440.');
}

/** The goal of an advice, and the button that asks for it. */
export function GoalForm() {
  const { aim, text } = goalDraft.value;
  const blocked = cannotRun.value;
  const without = blocked === null ? cannotMeasure.value : null;
  const aims = without === null ? AIMS : AIMS.filter((one) => one !== 'metric');
  return (
    <>
      <div class="row goal">
        <Select
          label={t('Goal')}
          value={aim}
          options={aims.map((value) => ({ value, text: AIM_WORDS[value] }))}
          onSelect={(next) => (goalDraft.value = { aim: next, text: firstText(next, evaluation.value?.metrics[0]) })}
          testId="advice-aim"
        />
        {aim !== 'none' && (
          <TextField
            label={aim === 'metric' ? t('Bound on the metric') : t('Limit, or share of now')}
            value={text}
            problem={goalProblem.value}
            onText={(next) => (goalDraft.value = { aim, text: next })}
            testId="advice-goal"
          />
        )}
        <NumberField
          label={t('Time for it')}
          unit={t('minutes')}
          value={minutes.value}
          max={24 * 60}
          arrow={1}
          page={5}
          parse={minutesOf}
          onValue={(next) => (minutes.value = next)}
          testId="advice-minutes"
        />
        <Button
          primary={!advice.value}
          icon="lightbulb"
          disabled={blocked !== null}
          title={blocked === null ? undefined : translated(blocked)}
          onPress={(_, pressed) => {
            if (!leadToMistake(pressed)) void advise();
          }}
          testId="advise"
        >
          {advice.value ? t('Advise Again') : t('Advise')}
        </Button>
      </div>
      {without === null ? (
        <Checkbox checked={measuring.value} onToggle={(next) => (measuring.value = next)} testId="advice-measure">
          {t('Train each recipe for 2 epochs instead of estimating the end')}
        </Checkbox>
      ) : (
        <p class="small quiet">
          {sentences(
            sentence(translated(without)),
            cannotEvaluate.value === null
              ? t('Without data there is advice about sizes and work alone.')
              : t('The advice is about sizes and work alone.'),
          )}
        </p>
      )}
    </>
  );
}
