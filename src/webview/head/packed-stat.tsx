import { useEffect } from 'preact/hooks';
import { signal } from '@preact/signals';
import type { Inspection } from '../../protocol/model';
import { bytes, count, marked } from '../../protocol/format';
import { t, translated } from '../../protocol/l10n';
import { packing, PACKED_UNASKED } from '../state/packing';
import { Icon } from '../ui/icon';
import { LinkButton } from '../ui/link';
import { Stat } from './stat';

/** Milliseconds after which the model is packed, so that its figures and histograms come first. */
const WAITS = 500;

/** True while the sentences are shown that say why it did not shrink. */
const explained = signal(false);

/** The size in a packed file. A thread measures it; a large model is measured when a person asks. */
export function PackedStat({ model }: { model: Inspection }) {
  const { weightsHash, path, totals } = model;
  useEffect(() => {
    packing.forget();
    explained.value = false;
    if (totals.bytes > PACKED_UNASKED) return undefined;
    const timer = setTimeout(() => void packing.ask(), WAITS);
    return () => {
      clearTimeout(timer);
      packing.cancel();
    };
  }, [weightsHash, path, totals.bytes]);
  const known = packing.answer.value;
  const ideal = known && Math.ceil(known.idealBits / 8);
  return (
    <Stat
      id="packed"
      label={t('Size, packed')}
      title={
        known && ideal !== null
          ? t(
              'One packed file: {0} bytes{1}. Entropy of places and values of the weights: {2} bytes',
              marked(!known.estimated, count(known.bytes)),
              known.estimated ? t(', estimated from samples of the weights') : '',
              count(ideal),
            )
          : t('The size of one packed file')
      }
      now={known ? marked(!known.estimated, bytes(known.bytes)) : '\u2013'}
      value={known?.bytes ?? null}
      preview={null}
      note={ideal === null ? <Asked /> : <>{t('ideally {0}', bytes(ideal))}</>}
      action={
        known?.advice && (
          <button
            type="button"
            class="info-button"
            aria-label={t('Why did the packed file not shrink?')}
            title={t('Why did the packed file not shrink?')}
            aria-expanded={explained.value}
            data-testid="packed-why"
            onClick={() => (explained.value = !explained.value)}
          >
            <Icon name="info" />
          </button>
        )
      }
    />
  );
}

function Asked() {
  const problem = packing.problem.value;
  if (packing.running.value)
    return (
      <>
        {t('packing\u2026')}{' '}
        <LinkButton onPress={packing.cancel} label={t('Stop packing')}>
          {t('stop')}
        </LinkButton>
      </>
    );
  return (
    <LinkButton
      onPress={() => void packing.ask()}
      label={t('Measure the size of one packed file')}
      title={problem === null ? undefined : translated(problem)}
      testId="packed-ask"
    >
      {problem === null || packing.isCancelled.value ? t('measure') : t('try again')}
    </LinkButton>
  );
}

/** The reason why the packed file is large, and what would help, where a person asked. */
export function PackedAdvice() {
  const advice = packing.answer.value?.advice ?? [];
  return (
    <div role="status" data-testid="packed-advice">
      {explained.value &&
        advice.map((sentence) => (
          <p key={sentence} class="small quiet">
            {translated(sentence)}
          </p>
        ))}
    </div>
  );
}
