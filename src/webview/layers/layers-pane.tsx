import { useState } from 'preact/hooks';
import { GraphView } from '../graph/graph-view';
import { layersView, selected } from '../state/session';
import { Icon } from '../ui/icon';
import { Segments } from '../ui/segments';
import { LayerTable } from './layer-table';

/** The layers of the model, and the choice of one of them. In a narrow window they are behind a button with the chosen one. */
export function LayersPane() {
  const [open, setOpen] = useState(false);
  return (
    <section
      class="pane layers-pane"
      aria-labelledby="layers-title"
      data-open={open}
      onClick={({ target }) => {
        if (target instanceof Element && target.closest('tr.layer')) setOpen(false);
      }}
    >
      <div class="section-head">
        <h2 id="layers-title">Layers</h2>
        <Segments
          label="Layers as"
          value={layersView.value}
          options={[
            { value: 'table', text: 'Table' },
            { value: 'graph', text: 'Graph' },
          ]}
          onSelect={(view) => (layersView.value = view)}
          testId="layers-view"
        />
        <button
          type="button"
          class="layer-picker"
          aria-expanded={open}
          aria-controls="layer-list"
          data-testid="layer-picker"
          onClick={() => setOpen(!open)}
        >
          <span class="layer-picked">{selected.value ?? 'All layers'}</span>
          <Icon name={open ? 'chevron-up' : 'chevron-down'} />
        </button>
      </div>
      {layersView.value === 'graph' ? <GraphView /> : <LayerTable />}
    </section>
  );
}
