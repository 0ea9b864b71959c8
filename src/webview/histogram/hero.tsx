import { useEffect } from 'preact/hooks';
import type { Histogram } from '../../protocol/measure';
import type { LayerInfo } from '../../protocol/model';
import { compact, count, sampleShape, plural, shape, weight } from '../../protocol/format';
import { t, translated } from '../../protocol/l10n';
import { sentence } from '../ui/sentence';
import { kernelCounts } from '../threshold/amounts';
import { hasNumbers, loadHistograms } from '../state/histograms';
import { counts, countsByLayer } from '../state/preview';
import { histogramProblem, histograms, inspection, log, amounts, selected, selectedLayer } from '../state/session';
import { setOwn, target } from '../state/threshold';
import { markOnce } from '../state/timing';
import { ShowLog } from '../notices/show-log';
import { Checkbox } from '../ui/checkbox';
import { Fold } from '../ui/fold';
import { LinkButton } from '../ui/link';
import { Notice } from '../ui/notice';
import { Ring } from '../ui/ring';
import { WeightPictures } from '../pictures/weight-pictures';
import { LevelsLine } from './levels-line';
import { Plot } from './plot';

function Facts({ histogram }: { histogram: Histogram }) {
  const odd = [
    histogram.nan > 0 ? plural(histogram.nan, 'NaN', 'NaN') : '',
    histogram.infinite > 0 ? t('{0} infinite', count(histogram.infinite)) : '',
  ].filter(Boolean);
  return (
    <span class="hero-facts small quiet figures">
      {[
        plural(histogram.count, 'weight'),
        t('mean {0}', weight(histogram.mean)),
        t('std {0}', weight(histogram.std)),
        t('min {0}', weight(histogram.min)),
        t('max {0}', weight(histogram.max)),
      ]
        // A figure stays on the line of its name.
        .map((fact) => fact.replaceAll(' ', '\u00a0'))
        .join(' \u00b7 ')}
      {odd.length > 0 && (
        <strong class="odd">
          {' '}
          {'\u00b7'} {odd.join(t(', '))}
        </strong>
      )}
    </span>
  );
}

function Kind({ layer }: { layer: LayerInfo }) {
  const macs = layer.macs === null || layer.macs === 0 ? [] : [t('{0} MACs', compact(layer.macs))];
  return (
    <span class="small quiet figures">{[layer.type, sampleShape(layer.outputShape), ...macs].join(' \u00b7 ')}</span>
  );
}

/** The tensors of a layer; one that is left alone has its reason. */
function Tensors({ layer }: { layer: LayerInfo }) {
  const within = `${layer.name}/`;
  return (
    <Fold title={plural(layer.tensors.length, 'tensor')} open={false} testId="tensors">
      <ul class="tensors small quiet" aria-label={t('Tensors of {0}', layer.name)}>
        {layer.tensors.map(({ name, shape: sides, prunable, reason }) => (
          <li key={name}>
            <span class="tensor-name" title={name}>
              {name.startsWith(within) ? name.slice(within.length) : name}
            </span>{' '}
            {shape(sides)}
            {' \u00b7 ' +
              (prunable
                ? t('prunable')
                : t('left alone: {0}', reason === undefined ? t('not a kernel') : translated(reason)))}
          </li>
        ))}
      </ul>
    </Fold>
  );
}

/** The zeros of the shown histogram, now and after the planned pruning. */
function zerosInHand(histogram: Histogram): { zeros: number; pruned: number; total: number } {
  const model = inspection.value;
  const layer = selectedLayer.value;
  if (layer?.tensors.some(({ kernel }) => kernel)) {
    const kernel = kernelCounts(layer);
    const after = countsByLayer.value.get(layer.name);
    return { zeros: kernel.zeros, pruned: after ? layer.nonzero - after.after.nonzero : 0, total: kernel.count };
  }
  if (layer || !model) return { zeros: histogram.zeros, pruned: 0, total: histogram.count };
  const { kernelWeights, sparsity, nonzero } = model.totals;
  const after = counts.value?.totals.after.nonzero ?? nonzero;
  return { zeros: Math.round(sparsity * kernelWeights), pruned: nonzero - after, total: kernelWeights };
}

function hint(): string {
  const name = selected.value;
  const after = name === null ? undefined : countsByLayer.value.get(name);
  if (after?.threshold != null && after.reason !== undefined) return sentence(translated(after.reason));
  if (name !== null && target.value === null && amounts.value.layers[name] !== undefined)
    return t('The line is for all layers; this layer keeps its own threshold.');
  return t('Drag the line to prune. Point at a bar for its count.');
}

function Body() {
  const layer = selectedLayer.value;
  const histogram = histograms.value.get(selected.value);
  const notPrunable = layer && !layer.prunable && translated(layer.reason ?? t('it has no weights that can be pruned'));
  if (layer && notPrunable && !hasNumbers(layer))
    return (
      <div class="plot-empty" data-testid="not-prunable">
        <p>{sentence(notPrunable)}</p>
      </div>
    );
  if (histogram)
    return (
      <Plot
        histogram={histogram}
        {...zerosInHand(histogram)}
        prunes={!notPrunable}
        hint={notPrunable ? sentence(notPrunable) : hint()}
      />
    );
  if (histogramProblem.value !== null)
    return (
      <Notice
        kind="error"
        testId="histogram-problem"
        actions={
          <>
            <LinkButton onPress={() => void loadHistograms()}>{t('Try again')}</LinkButton>
            <ShowLog />
          </>
        }
      >
        {translated(histogramProblem.value)}
      </Notice>
    );
  const nothing = inspection.value?.layers.every((each) => !each.prunable);
  return (
    <div class="plot-empty">
      {nothing ? (
        <p>{t('No layer of this model has weights that can be pruned.')}</p>
      ) : (
        <p class="row">
          <Ring /> {t('Counting weights\u2026')}
        </p>
      )}
    </div>
  );
}

/** The weights of the selected layer, or of all layers, with the threshold that the person drags. */
export function Hero() {
  const layer = selectedLayer.value;
  const histogram = histograms.value.get(selected.value);
  const drawn = histogram !== undefined || histogramProblem.value !== null;
  useEffect(() => {
    if (drawn) markOnce('secateur:usable');
  }, [drawn]);
  return (
    <section class="pane hero" aria-labelledby="hero-title">
      <div class="section-head">
        <div class="hero-title">
          <h2 id="hero-title" class="plain">
            {layer ? layer.name : t('All layers')}
          </h2>
          {layer && <Kind layer={layer} />}
          {/* The line is there without figures too, so that nothing moves. */}
          {histogram ? <Facts histogram={histogram} /> : <span class="hero-facts small">{'\u00a0'}</span>}
        </div>
        <Checkbox checked={log.value} onToggle={(on) => (log.value = on)} testId="log-scale">
          {t('Log counts')}
        </Checkbox>
      </div>
      <Body />
      <LevelsLine />
      <div class="hero-foot">
        {layer?.prunable === true && (
          <Checkbox checked={target.value === layer.name} onToggle={setOwn} testId="own-threshold">
            {t('Own threshold')}
          </Checkbox>
        )}
        {layer && layer.tensors.length > 0 && <Tensors key={layer.name} layer={layer} />}
      </div>
      {layer && <WeightPictures key={layer.name} layer={layer} />}
    </section>
  );
}
