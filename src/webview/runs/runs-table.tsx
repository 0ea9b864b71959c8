import { t } from '../../protocol/l10n';
import { metricNamed, metricText } from '../../protocol/metric';
import type { ChartedModel } from '../../protocol/runs-page';
import { percent } from '../../protocol/format';
import { LinkButton } from '../ui/link';
import { ariaSort, SortButton } from '../ui/sort-button';
import { nextSort, sorted, type Key } from '../ui/sorting';
import { metricTitle } from './points';
import { metric, models, order, sizeOf } from './state';
import { SIZE_NAMES, SIZE_TITLES, SIZES, type SizeName } from './sizes';

const isSize = (column: string): column is SizeName => Object.hasOwn(SIZES, column);

function keyIn(model: ChartedModel, column: string): Key {
  if (column === 'name') return model.name;
  if (column === 'metric') return valueOf(model) ?? null;
  if (column === 'sparsity') return model.totals.sparsity;
  return isSize(column) ? sizeOf(model, column) : null;
}

const valueOf = ({ metrics }: ChartedModel): number | undefined =>
  metric.value === null || metrics === null
    ? undefined
    : metricNamed(metrics, metric.value.name, metric.value.output)?.value;

/** All checkpoints with their figures, also those that are in no drawing. */
export function RunsTable({ onOpen }: { onOpen: (path: string) => void }) {
  const name = metric.value?.name;
  const columns: [column: string, title: string][] = [
    ['name', t('Checkpoint')],
    ...(metric.value === null ? [] : [['metric', metricTitle(metric.value)] as [string, string]]),
    ['sparsity', t('Sparsity')],
    ...SIZE_NAMES.map((one): [string, string] => [one, SIZE_TITLES[one]]),
  ];
  return (
    <div class="plan-scroller" role="region" aria-labelledby="runs-table-title" tabIndex={0}>
      <table class="compare" data-testid="runs-table">
        <caption class="unseen">{t('Figures of all checkpoints')}</caption>
        <thead>
          <tr>
            {columns.map(([column, text]) => (
              <th key={column} scope="col" aria-sort={ariaSort(order.value, column)}>
                <SortButton
                  sort={order.value}
                  column={column}
                  text={text}
                  onSort={(by) => (order.value = nextSort(order.value, by, (one) => one === 'name'))}
                />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted(models.value, order.value, keyIn).map((model) => {
            const value = valueOf(model);
            return (
              <tr key={model.path}>
                <th scope="row">
                  <LinkButton onPress={() => onOpen(model.path)} label={t('Open {0}', model.name)}>
                    {model.name}
                  </LinkButton>
                </th>
                {name !== undefined && (
                  <td data-value={value}>{value === undefined ? '\u2013' : metricText(name, value)}</td>
                )}
                <td>{percent(model.totals.sparsity, 1)}</td>
                {SIZE_NAMES.map((one) => {
                  const size = sizeOf(model, one);
                  return <td key={one}>{size === null ? '\u2013' : SIZES[one].format(size, model)}</td>;
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
