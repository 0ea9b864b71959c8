import { count, percent } from '../../protocol/format';
import { t } from '../../protocol/l10n';

/** The zeros on a scale of their own: the current ones, and above them the planned ones. */
export function ZeroGauge({
  zeros,
  pruned,
  total,
  height,
}: {
  zeros: number;
  /** Weights that would become 0. */
  pruned: number;
  total: number;
  height: number;
}) {
  const now = total > 0 ? zeros / total : 0;
  const then = total > 0 ? (zeros + pruned) / total : 0;
  const words = t(
    'Zeros: {0} of {1}, {2}{3}',
    count(zeros),
    count(total),
    percent(now, 1),
    pruned > 0 ? t('; as planned {0}, {1}', count(zeros + pruned), percent(then, 1)) : '',
  );
  return (
    <div class="gauge" role="img" aria-label={words} title={words} data-testid="zeros" data-value={zeros}>
      <svg width="34" height={height} aria-hidden="true">
        <rect class="gauge-track" x={0.5} y={0.5} width={33} height={height - 1} />
        <rect
          class="gauge-pruned"
          x={1}
          width={32}
          y={height - 1 - then * (height - 2)}
          height={(then - now) * (height - 2)}
        />
        <rect class="gauge-zero" x={1} width={32} y={height - 1 - now * (height - 2)} height={now * (height - 2)} />
      </svg>
      <span class="gauge-words figures">
        <b>{percent(pruned > 0 ? then : now, 1)}</b>
        <span class="quiet">{count(zeros + pruned)}</span>
        <span class="quiet">{t('zeros')}</span>
      </span>
    </div>
  );
}
