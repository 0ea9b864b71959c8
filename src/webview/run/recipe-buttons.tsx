import { t } from '../../protocol/l10n';
import type { RecipeJob } from '../../protocol/panel';
import { attempt } from '../state/actions';
import { ask } from '../state/host';
import { Button } from '../ui/button';
import { leadToMistake } from '../ui/invalid-field';

/** Buttons that copy the recipe of a job, or open it in an editor; disabled while it is null. */
export function RecipeButtons({ job, ids }: { job: RecipeJob | null; ids: { copy: string; open: string } }) {
  const send = (method: 'copyRecipe' | 'openRecipe') => (_: unknown, pressed: Element) => {
    if (job && !leadToMistake(pressed)) void attempt(() => ask(method, job));
  };
  return (
    <>
      <Button icon="clippy" disabled={job === null} onPress={send('copyRecipe')} testId={ids.copy}>
        {t('Copy as Recipe')}
      </Button>
      <Button icon="file-code" disabled={job === null} onPress={send('openRecipe')} testId={ids.open}>
        {t('Open as Recipe')}
      </Button>
    </>
  );
}
