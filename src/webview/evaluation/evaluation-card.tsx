import { normalizationName, normalizationReason } from '../../protocol/normalization';
import { count, percent, plural, rate } from '../../protocol/format';
import { evaluation } from '../state/session';
import { Tag } from '../ui/tag';
import { Confusion } from './confusion';
import { PerClass } from './per-class';

/** The last evaluation of the checkpoint. */
export function EvaluationCard() {
  const result = evaluation.value;
  if (!result) return null;
  return (
    <section class="section" id="evaluation" tabIndex={-1} aria-labelledby="evaluation-title" data-testid="evaluation">
      <div class="section-head">
        <h2 id="evaluation-title">Evaluation</h2>
        <span class="row small quiet">
          {result.dataset.name}
          {result.dataset.sample && <Tag>sample</Tag>}
        </span>
      </div>
      <dl class="results figures">
        <div>
          <dt>Accuracy</dt>
          <dd data-testid="evaluation-accuracy" data-value={result.accuracy}>
            {percent(result.accuracy, 2)}
          </dd>
        </div>
        <div>
          <dt>Loss</dt>
          <dd data-testid="evaluation-loss" data-value={result.loss}>
            {result.loss.toFixed(4)}
          </dd>
        </div>
        <div>
          <dt>Measured on</dt>
          <dd data-testid="evaluation-samples" data-value={result.samples} title={count(result.samples)}>
            {plural(result.samples, `${result.split} image`)}
          </dd>
        </div>
        {result.normalization && (
          <div>
            <dt>Normalization</dt>
            <dd data-testid="evaluation-normalization" title={normalizationReason(result.normalization)}>
              {normalizationName(result.normalization)}
            </dd>
          </div>
        )}
        <div>
          <dt>Speed</dt>
          <dd>{rate(result.samplesPerSecond, 'images')}</dd>
        </div>
      </dl>
      {result.normalization && <p class="small quiet">Normalization: {normalizationReason(result.normalization)}</p>}
      <div class="evaluation-body">
        <Confusion evaluation={result} />
        <PerClass classes={result.perClass} />
      </div>
    </section>
  );
}
