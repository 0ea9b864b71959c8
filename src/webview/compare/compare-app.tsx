import { t } from '../../protocol/l10n';
import type { Comparison } from '../../protocol/measure/compare';
import { askComparison } from '../state/host';
import { LinkButton } from '../ui/link';
import { ByClass } from './by-class';
import { GraphsOfTwo } from './graphs-of-two';
import { LatencyOfTwo } from './latency-of-two';
import { LayersOfTwo } from './layers-of-two';
import { Overlay } from './overlay';
import { QuestionState } from '../question/question-state';
import { comparedLayer, comparison, layerInHand } from './state';
import { TotalsOfTwo } from './totals-of-two';

/** The page of a comparison: two checkpoints side by side. */
export function CompareApp() {
  const known = comparison.answer.value;
  return (
    <main class="page titled" data-testid="comparison" data-ready={known !== null}>
      {known && <Heading known={known} />}
      {!known && <h1>{t('Comparison')}</h1>}
      <QuestionState asked={comparison} stage={t('Reading both checkpoints')} testId="comparison-problem" />
      {known && <Body known={known} />}
    </main>
  );
}

function Heading({ known: { a, b } }: { known: Comparison }) {
  return (
    <div class="section-head compare-head">
      <h1>
        <span class="side-a">{a.name}</span> <span class="quiet">{t('and')}</span> <span class="side-b">{b.name}</span>
      </h1>
      <span class="row small">
        {[a, b].map(({ name, path }) => (
          <LinkButton
            key={path}
            onPress={() => void askComparison('openCheckpoint', { path })}
            label={t('Open {0}: {1}', name, path)}
          >
            {t('Open {0}', name)}
          </LinkButton>
        ))}
        <LinkButton onPress={() => void comparison.ask()} testId="compare-again">
          {t('Compare again')}
        </LinkButton>
      </span>
    </div>
  );
}

function Body({ known }: { known: Comparison }) {
  const layer = layerInHand.value;
  const histogram = layer ? layer.histogram : known.histogram;
  return (
    <>
      <div class="compare-top">
        <TotalsOfTwo a={known.a} b={known.b} />
        <section class="section" aria-labelledby="overlay-title">
          <div class="section-head">
            <h3 id="overlay-title">{layer ? t('Weights of {0}', layer.name) : t('Weights of all layers')}</h3>
            {layer && <LinkButton onPress={() => (comparedLayer.value = null)}>{t('All layers')}</LinkButton>}
          </div>
          {histogram ? (
            <Overlay histogram={histogram} names={[known.a.name, known.b.name]} />
          ) : (
            <p class="plot-empty">{t('Neither has weights here that can be pruned.')}</p>
          )}
        </section>
      </div>
      <GraphsOfTwo layers={known.layers} names={[known.a.name, known.b.name]} />
      <LayersOfTwo layers={known.layers} names={[known.a.name, known.b.name]} />
      {known.a.evaluation && known.b.evaluation && (
        <ByClass a={known.a.evaluation} b={known.b.evaluation} names={[known.a.name, known.b.name]} />
      )}
      <LatencyOfTwo names={[known.a.name, known.b.name]} />
    </>
  );
}
