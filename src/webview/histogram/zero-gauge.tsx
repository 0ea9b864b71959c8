import { count, percent } from '../../protocol/format';

/** Zeros apart from the other weights, on a scale of their own: those there are, and on top those that would come. */
export function ZeroGauge({
  zeros,
  cut,
  total,
  height,
}: {
  zeros: number;
  /** Weights that would become 0. */
  cut: number;
  total: number;
  height: number;
}) {
  const now = total > 0 ? zeros / total : 0;
  const then = total > 0 ? (zeros + cut) / total : 0;
  const words = `Zeros: ${count(zeros)} of ${count(total)}, ${percent(now, 1)}${cut > 0 ? `; as planned ${count(zeros + cut)}, ${percent(then, 1)}` : ''}`;
  return (
    <div class="gauge" role="img" aria-label={words} title={words} data-testid="zeros" data-value={zeros}>
      <svg width="34" height={height} aria-hidden="true">
        <rect class="gauge-track" x={0.5} y={0.5} width={33} height={height - 1} />
        <rect
          class="gauge-cut"
          x={1}
          width={32}
          y={height - 1 - then * (height - 2)}
          height={(then - now) * (height - 2)}
        />
        <rect class="gauge-zero" x={1} width={32} y={height - 1 - now * (height - 2)} height={now * (height - 2)} />
      </svg>
      <span class="gauge-words figures">
        <b>{percent(cut > 0 ? then : now, 1)}</b>
        <span class="quiet">{count(zeros + cut)}</span>
        <span class="quiet">zeros</span>
      </span>
    </div>
  );
}
