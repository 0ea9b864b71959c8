import { useState } from 'preact/hooks';
import { asJson } from '../../protocol/json';
import { t } from '../../protocol/l10n';
import { Allowance, SMALLEST_STAGES, smallestSteps } from '../../protocol/smallest';
import { replaceSteps } from '../state/recipe';
import { panel } from '../state/session';
import { Button } from '../ui/button';
import { Select } from '../ui/select';
import { canBeMoved } from './moved-images';

/** For each allowance, the stage that it ends with. */
const AIMS = Allowance.options.flatMap((value) => {
  const stage = SMALLEST_STAGES.findLast(({ allowance }) => allowance === value);
  return stage
    ? [
        {
          value,
          text: t(
            '{0}% of the weights, {1} values in a layer',
            Number((100 * (1 - stage.sparsity)).toFixed(2)),
            stage.clusters,
          ),
        },
      ]
    : [];
});

/** Makes the recipe that leads to the smallest file. */
export function Smallest() {
  const [aim, setAim] = useState<Allowance>('some');
  return (
    <div class="row smallest">
      <Select
        label={t('As small as possible with')}
        value={aim}
        options={AIMS}
        onSelect={(value) => setAim(value)}
        testId="smallest-aim"
      />
      <Button
        icon="file-code"
        title={t(
          'Multiplies linear layers where that saves; then prunes gradually, lets weights share few values, trains on, and packs: once for each size down to this one, with a file for each.',
        )}
        onPress={() => replaceSteps(smallestSteps(aim, panel.value !== null && canBeMoved(panel.value)).map(asJson))}
        testId="smallest"
      >
        {t('Make the Recipe')}
      </Button>
    </div>
  );
}
