import { useState } from 'preact/hooks';
import { unrollRounds } from '../../protocol/rounds';
import { percent } from '../../protocol/format';
import { asJson } from '../../protocol/json';
import { sentences, t } from '../../protocol/l10n';
import { replaceSteps, steps } from '../state/recipe';
import { inspection } from '../state/session';
import { Button } from '../ui/button';
import { Fold } from '../ui/fold';
import { leadToMistake } from '../ui/invalid-field';
import { NumberField } from '../ui/number-field';

const MOST = 50;

const roundsOf = (text: string): number | string => {
  const value = Number(text.trim());
  return Number.isInteger(value) && value >= 2 && value <= MOST
    ? value
    : t('Enter a whole number from 2 to {0}.', MOST);
};

/** Turns one prune step and the steps after it into rounds that reach its sparsity. */
export function Rounds() {
  const [rounds, setRounds] = useState(3);
  const list = steps.value;
  const prune = list?.[0];
  if (!list || prune?.step !== 'prune' || !prune.amount || !('sparsity' in prune.amount)) return null;
  if (list.filter(({ step }) => step === 'prune').length > 1) return null;
  const { amount, layers, ...rest } = prune;
  const finetune = list.find((step) => step.step === 'finetune');
  const rewind = list.find((step) => step.step === 'rewind');
  const { sparsity } = amount;
  return (
    <Fold title={t('In rounds')} open={false} testId="rounds">
      <div class="pair">
        <NumberField
          label={t('Rounds')}
          value={rounds}
          min={2}
          max={MOST}
          arrow={1}
          page={5}
          parse={roundsOf}
          onValue={setRounds}
          testId="rounds-number"
        />
        <Button
          onPress={(_, pressed) => {
            if (leadToMistake(pressed)) return;
            replaceSteps(
              unrollRounds({
                rounds,
                sparsity,
                initialSparsity: inspection.value?.totals.sparsity ?? 0,
                prune: rest,
                rewind: rewind?.to,
                finetune: finetune ?? { step: 'finetune', epochs: 1 },
              }).map(asJson),
            );
          }}
          testId="unroll-rounds"
        >
          {t('Unroll')}
        </Button>
      </div>
      <p class="small quiet">
        {sentences(
          t(
            'Alternates pruning and training up to {0}; each round keeps the same share of the remaining weights.',
            percent(sparsity, 1),
          ),
          layers === undefined ? '' : t('Amounts of single layers are left out.'),
        )}
      </p>
    </Fold>
  );
}
