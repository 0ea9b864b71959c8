import { useEffect } from 'preact/hooks';
import { signal } from '@preact/signals';
import type { Inspection } from '../../protocol/model';
import { bytes, count, marked } from '../../protocol/format';
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
      label="Size, packed"
      title={
        known && ideal !== null
          ? `One packed file: ${marked(!known.estimated, count(known.bytes))} bytes${known.estimated ? ', estimated from samples of the weights' : ''}. Entropy of places and values of the weights: ${count(ideal)} bytes`
          : 'The size of one packed file'
      }
      now={known ? marked(!known.estimated, bytes(known.bytes)) : '\u2013'}
      value={known?.bytes ?? null}
      preview={null}
      note={ideal === null ? <Asked /> : <>ideally {bytes(ideal)}</>}
      action={
        known?.advice && (
          <button
            type="button"
            class="info-button"
            aria-label="Why did the packed file not shrink?"
            title="Why did the packed file not shrink?"
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
        packing{'\u2026'}{' '}
        <LinkButton onPress={packing.cancel} label="Stop packing">
          stop
        </LinkButton>
      </>
    );
  return (
    <LinkButton
      onPress={() => void packing.ask()}
      label="Measure the size of one packed file"
      title={problem ?? undefined}
      testId="packed-ask"
    >
      {problem === null || problem === 'Cancelled.' ? 'measure' : 'try again'}
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
            {sentence}
          </p>
        ))}
    </div>
  );
}
