import { useState } from 'preact/hooks';
import { asJson } from '../../protocol/json';
import { smallestSteps, type Allowance } from '../../protocol/smallest';
import { replaceSteps } from '../state/recipe';
import { Button } from '../ui/button';
import { Select } from '../ui/select';

const AIMS: readonly { value: Allowance; text: string }[] = [
  { value: 'little', text: '95% zeros: 23 kB, 0.1 points less' },
  { value: 'some', text: '97.8% zeros: 12 kB, 0.5 points less' },
  { value: 'much', text: '99% zeros: about 6 kB, more is lost' },
  { value: 'most', text: '99.55% zeros: about 3 kB, most is lost' },
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
        title="Prunes gradually, lets weights share few values, trains on, and packs: once for each size down to this one, with a file for each. Sizes and losses are those of the shipped network on Fashion-MNIST; the run measures yours."
        onPress={() => replaceSteps(smallestSteps(aim).map(asJson))}
        testId="smallest"
      >
        Make the Recipe
      </Button>
    </div>
  );
}
