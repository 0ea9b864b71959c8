import { useState } from 'preact/hooks';
import { asJson } from '../../protocol/json';
import { smallestSteps, type Allowance } from '../../protocol/smallest';
import { replaceSteps } from '../state/recipe';
import { Button } from '../ui/button';
import { Select } from '../ui/select';

const AIMS: readonly { value: Allowance; text: string }[] = [
  { value: 'none', text: 'about the same accuracy' },
  { value: 'half', text: 'about half a point less' },
  { value: 'more', text: 'about 1.5 points less' },
];

/** Makes the recipe that leads to the smallest file. */
export function Smallest() {
  const [aim, setAim] = useState<Allowance>('half');
  return (
    <div class="row smallest">
      <Select
        label="As small as possible at"
        value={aim}
        options={AIMS}
        onSelect={(value) => setAim(value)}
        testId="smallest-aim"
      />
      <Button
        icon="file-code"
        title="Prunes gradually, lets weights share few values, trains on, and packs. The aims are for the shipped network on Fashion-MNIST; the run measures what yours loses."
        onPress={() => replaceSteps(smallestSteps(aim).map(asJson))}
        testId="smallest"
      >
        Make the Recipe
      </Button>
    </div>
  );
}
