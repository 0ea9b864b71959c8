import { useState } from 'preact/hooks';
import { asJson } from '../../protocol/json';
import { smallestSteps, type Allowance } from '../../protocol/smallest';
import { replaceSteps } from '../state/recipe';
import { Button } from '../ui/button';
import { Select } from '../ui/select';

const AIMS: readonly { value: Allowance; text: string }[] = [
  { value: 'little', text: '95% zeros: 22 kB, 0.2 points less' },
  { value: 'some', text: '98% zeros: 11 kB, 0.7 points less' },
  { value: 'much', text: '99% zeros: 6.6 kB, 2.3 points less' },
];

/** Makes the recipe that leads to the smallest file. */
export function Smallest() {
  const [aim, setAim] = useState<Allowance>('some');
  return (
    <div class="row smallest">
      <Select
        label="As small as possible with"
        value={aim}
        options={AIMS}
        onSelect={(value) => setAim(value)}
        testId="smallest-aim"
      />
      <Button
        icon="file-code"
        title="Prunes gradually, lets weights share few values, trains on, and packs. Sizes and losses are those of the shipped network on Fashion-MNIST; the run measures yours."
        onPress={() => replaceSteps(smallestSteps(aim).map(asJson))}
        testId="smallest"
      >
        Make the Recipe
      </Button>
    </div>
  );
}
