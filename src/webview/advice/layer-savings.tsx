import type { Advice, LayerAdvice } from '../../protocol/advice';
import { milliseconds, percent } from '../../protocol/format';
import { t, translated } from '../../protocol/l10n';
import { METHOD_HEADS, savingWords } from './words';
import { select } from '../state/threshold';
import { LinkButton } from '../ui/link';

const SHARES = [
  { key: 'params', head: t('Parameters') },
  { key: 'macs', head: t('MACs') },
  { key: 'time', head: t('Time') },
] as const;

/** Each layer with its shares as bars, and what each method could save in it alone. */
export function LayerSavings({ advice: { layers } }: { advice: Advice }) {
  const shown = layers.filter(({ params, macs, time }) => params > 0 || (macs ?? 0) > 0 || time !== null);
  const methods = [...new Set(shown.flatMap(({ savings }) => savings.map(({ method }) => method)))];
  return (
    <div class="plan-scroller" role="region" aria-label={t('Savings by layer')} tabIndex={0}>
      <table class="compare of-figures stacks advice-layers" data-testid="advice-layers">
        <caption class="unseen">{t('Shares of each layer, and what each method could save in it alone')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('Layer')}</th>
            {SHARES.map(({ key, head }) => (
              <th key={key} scope="col">
                {head}
              </th>
            ))}
            {methods.map((method) => (
              <th key={method} scope="col" class="words">
                {METHOD_HEADS[method]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((layer) => (
            <Row key={layer.name} layer={layer} methods={methods} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ layer, methods }: { layer: LayerAdvice; methods: readonly LayerAdvice['savings'][number]['method'][] }) {
  const { name, shares, time, savings, reason } = layer;
  return (
    <tr data-testid={`advice-layer-${name}`}>
      <th scope="row">
        <LinkButton onPress={() => select(name)}>{name}</LinkButton>
      </th>
      {SHARES.map(({ key, head }) => (
        <td key={key} class="share" data-head={head} data-value={shares[key] ?? undefined}>
          {shares[key] === null ? (
            '\u2013'
          ) : (
            <>
              {percent(shares[key], 1)}
              {key === 'time' && time && (
                <span class="quiet">
                  {' '}
                  {t('{0} ms \u00b1{1}', milliseconds(time.milliseconds), percent(time.noise, 0))}
                </span>
              )}
              <span class="share-bar" style={{ '--share': shares[key] }} aria-hidden="true" />
            </>
          )}
        </td>
      ))}
      {reason === undefined ? (
        methods.map((method) => {
          const saving = savings.find((one) => one.method === method);
          return (
            <td
              key={method}
              class="words"
              data-head={METHOD_HEADS[method]}
              title={saving?.reason && translated(saving.reason)}
            >
              {saving ? savingWords(saving) : '\u2013'}
              {saving?.reason !== undefined && <span class="unseen">, {translated(saving.reason)}</span>}
            </td>
          );
        })
      ) : (
        <td class="words quiet" colSpan={methods.length}>
          {translated(reason)}
        </td>
      )}
    </tr>
  );
}
