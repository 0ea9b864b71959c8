import { t, translated } from '../../protocol/l10n';
import { percent } from '../../protocol/format';
import { share } from '../../protocol/measure/progress';
import { attempt, cancelOpening, open } from '../state/actions';
import { ask } from '../state/host';
import { Button } from '../ui/button';
import { reading } from '../state/session';
import { Icon } from '../ui/icon';
import { LinkButton } from '../ui/link';
import { Ring } from '../ui/ring';

/** The outline of the page while it loads, with the current action. */
export function Skeleton({ text }: { text: string }) {
  const progress = reading.value;
  return (
    <main class="page skeleton" aria-busy="true" data-testid="loading">
      <p class="row skeleton-text" role="status">
        <Ring /> {text}
        {progress && (
          <>
            <span class="figures" data-testid="reading-share">
              {percent(share(progress), 0)}
            </span>
            <LinkButton onPress={cancelOpening} testId="cancel-reading">
              {t('Cancel')}
            </LinkButton>
          </>
        )}
      </p>
      <div class="bone title" />
      <div class="bones">
        {Array.from({ length: 7 }, (_, index) => (
          <div key={index} class="bone figure" />
        ))}
      </div>
      <div class="bone hero-bone" />
      {Array.from({ length: 6 }, (_, index) => (
        <div key={index} class="bone line" />
      ))}
    </main>
  );
}

/** The reason why the file cannot be shown, and the next steps. */
export function Failure({ sentence }: { sentence: string }) {
  return (
    <main class="failure">
      <div class="failure-words" role="alert">
        <span class="failure-icon">
          <Icon name="error" />
        </span>
        <p data-testid="error-message">{translated(sentence)}</p>
      </div>
      <div class="row">
        <Button
          primary
          icon="file-code"
          onPress={() => void attempt(() => ask('openAsText', {}))}
          testId="open-as-text"
        >
          {t('Open as Text')}
        </Button>
        <Button icon="refresh" onPress={() => void open('ready')} testId="try-again">
          {t('Try Again')}
        </Button>
        <Button icon="output" onPress={() => void attempt(() => ask('showLog', {}))} testId="show-log">
          {t('Show Log')}
        </Button>
      </div>
    </main>
  );
}
