import { t } from '../../protocol/l10n';
import type { RecipeJob } from '../../protocol/panel';
import { attempt } from '../state/actions';
import { ask } from '../state/host';
import { Button } from '../ui/button';
import { leadToMistake } from '../ui/invalid-field';

/** Copies the recipe of a job; disabled while it is null. */
export function CopyRecipe({ job, testId }: { job: RecipeJob | null; testId: string }) {
  return (
    <Button
      icon="clippy"
      disabled={job === null}
      onPress={(_, pressed) => {
        if (job && !leadToMistake(pressed)) void attempt(() => ask('copyRecipe', job));
      }}
      testId={testId}
    >
      {t('Copy as Recipe')}
    </Button>
  );
}
