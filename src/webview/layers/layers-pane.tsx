import { useState } from 'preact/hooks';
import { t } from '../../protocol/l10n';
import { GraphView } from '../graph/graph-view';
import { chosen } from '../state/layer-list';
import { layersView, selected } from '../state/session';
import { Icon } from '../ui/icon';
import { Segments } from '../ui/segments';
import { ChosenBar } from './chosen-bar';
import { ColumnMenu } from './column-menu';
import { LayerFilterBar } from './layer-filter';
import { LayerTable } from './layer-table';

/** What the table shows, or the thresholds of the layers that were chosen in it. */
const TableTools = () =>
  chosen.value.length > 0 ? (
    <ChosenBar />
  ) : (
    <>
      <LayerFilterBar />
      <ColumnMenu />
    </>
  );

/** The layers of the model, and the choice of one of them. In a narrow window they are behind a button with the chosen one. */
export function LayersPane() {
  const [open, setOpen] = useState(false);
  const isGraph = layersView.value === 'graph';
  return (
    <section class="pane layers-pane" aria-label={t('Layers')} data-open={open}>
      <button
        type="button"
        class="layer-picker"
        aria-expanded={open}
        aria-controls="layer-list"
        data-testid="layer-picker"
        onClick={() => setOpen(!open)}
      >
        <span class="layer-picked">{selected.value ?? t('All layers')}</span>
        <Icon name={open ? 'chevron-up' : 'chevron-down'} />
      </button>
      <div
        class="layer-view"
        id="layer-list"
        onClick={({ target, ctrlKey, metaKey, shiftKey }) => {
          const row = target instanceof Element && target.closest('tr.layer:not(.block)');
          if (row && !ctrlKey && !metaKey && !shiftKey) setOpen(false);
        }}
      >
        <div class="layer-tools">
          <Segments
            label={t('Layers as')}
            value={layersView.value}
            options={[
              { value: 'table', text: t('Table') },
              { value: 'graph', text: t('Graph') },
            ]}
            onSelect={(view) => (layersView.value = view)}
            testId="layers-view"
          />
          {!isGraph && <TableTools />}
        </div>
        {isGraph ? <GraphView /> : <LayerTable />}
      </div>
    </section>
  );
}
