import { useEffect, useMemo, useState } from 'preact/hooks';
import { plural } from '../../protocol/format';
import { t, translated } from '../../protocol/l10n';
import type { PlannedLayer } from '../../protocol/plan';
import { inspection, selected } from '../state/session';
import { advice } from '../state/advice';
import { countsByLayer, step } from '../state/preview';
import { scan } from '../state/scan';
import { planned } from '../state/step-plan';
import { select } from '../state/threshold';
import { blocks, loadTopology, topology, topologyProblem } from '../state/topology';
import { LinkButton } from '../ui/link';
import { Checkbox } from '../ui/checkbox';
import { Notice } from '../ui/notice';
import { Select } from '../ui/select';
import { TextField } from '../ui/text-field';
import { allBlocks, blocksAround, blocksOf, type Part } from './blocks';
import { changesOf } from './changes';
import { coupledWith } from './coupled';
import { findNodes } from './find';
import { GraphCanvas } from './graph-canvas';
import type { BoxFacts } from './graph-box';
import { Legend } from './legend';
import { PAINTS, PAINT_WORDS, paintOf, type PaintName } from './paint';

const NO_MARKS: BoxFacts['marks'] = new Map();
const NOTHING_PLANNED: ReadonlyMap<string, PlannedLayer> = new Map();
const NOTHING: ReadonlySet<number> = new Set();

/** The layers of the model as a graph, with the layer table as the list beside it. */
export function GraphView() {
  const [paintName, setPaint] = useState<PaintName>('sparsity');
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [search, setSearch] = useState('');
  const [hit, setHit] = useState<{ node: number } | null>(null);
  const [compares, setCompares] = useState(true);
  const model = inspection.value;
  const known = topology.value;
  const parts = blocks.value;
  useEffect(() => void loadTopology(), [model?.weightsHash]);

  const layers = useMemo(() => new Map(model?.layers.map((layer) => [layer.name, layer])), [model]);
  const nodes = known?.nodes ?? [];
  const found = useMemo(() => findNodes(nodes, search), [nodes, search]);
  const foundSet = useMemo(() => new Set(found), [found]);
  const after = step.value === null ? NOTHING_PLANNED : countsByLayer.value;
  const paint = useMemo(
    () => model && paintOf(paintName, { inspection: model, after, scan: scan.value, advice: advice.value }),
    [paintName, model, after, scan.value, advice.value],
  );
  const coupled = useMemo(() => coupledWith(known, selected.value), [known, selected.value]);
  const plan = planned.value?.plan ?? null;
  const changes = useMemo(() => (plan && known ? changesOf(known.nodes, plan) : null), [plan, known]);
  const afterParts = useMemo<readonly Part[]>(() => (changes ? blocksOf(changes.after.nodes) : []), [changes]);

  if (topologyProblem.value !== null)
    return (
      <Notice
        kind="error"
        testId="graph-problem"
        actions={<LinkButton onPress={() => void loadTopology()}>{t('Try again')}</LinkButton>}
      >
        {translated(topologyProblem.value)}
      </Notice>
    );
  if (!known || !model || !paint) return <p class="quiet">{t('Reading the connections\u2026')}</p>;

  const toggle = (id: string): void => {
    const next = new Set(open);
    if (!next.delete(id)) next.add(id);
    setOpen(next);
  };
  const goTo = (place: number): void => {
    const node = found[(place + found.length) % found.length];
    if (node === undefined) return;
    setOpen(new Set([...open, ...blocksAround(parts, node)]));
    setHit({ node });
    const layer = nodes[node]!.layer;
    if (layer !== null) select(layer);
  };
  const at = hit ? found.indexOf(hit.node) : -1;
  const facts: BoxFacts = {
    ...{ nodes, layers, paint, found: foundSet, selected: selected.value },
    coupled: coupled.layers,
    marks: changes?.before ?? NO_MARKS,
  };
  const collapsible = allBlocks(parts);
  return (
    <div class="graph-part">
      <div class="graph-tools row">
        <Select
          label={t('Color by')}
          value={paintName}
          options={PAINTS.map((value) => ({ value, text: PAINT_WORDS[value] }))}
          onSelect={setPaint}
          testId="graph-paint"
        />
        <TextField
          label={t('Find')}
          value={search}
          onText={(text) => {
            setSearch(text);
            setHit(null);
          }}
          onEnter={() => goTo(at + 1)}
          testId="graph-search"
        />
        {search.trim() !== '' && (
          <span class="small quiet figures" role="status" data-testid="graph-found">
            {found.length === 0
              ? t('Nothing found')
              : at < 0
                ? plural(found.length, 'match', 'matches')
                : t('{0} of {1} matches', at + 1, found.length)}
            {found.length > 0 && (
              <>
                {' '}
                <LinkButton onPress={() => goTo(at - 1)}>{t('Previous')}</LinkButton>{' '}
                <LinkButton onPress={() => goTo(at + 1)} testId="graph-next">
                  {t('Next')}
                </LinkButton>
              </>
            )}
          </span>
        )}
        {collapsible.length > 0 && (
          <span class="small row">
            <LinkButton onPress={() => setOpen(new Set(collapsible.map(({ id }) => id)))} testId="graph-open-all">
              {t('Unfold all blocks')}
            </LinkButton>
            <LinkButton onPress={() => setOpen(new Set())} testId="graph-close-all">
              {t('Fold all blocks')}
            </LinkButton>
          </span>
        )}
        {changes && (
          <Checkbox checked={compares} onToggle={setCompares} testId="graph-compare">
            {t('Before and after the plan')}
          </Checkbox>
        )}
      </div>
      <div class={changes && compares ? 'graph-sides two' : 'graph-sides'}>
        <GraphCanvas
          label={changes && compares ? t('Graph before the step') : t('Graph of the layers')}
          {...{ parts, facts, open, goal: hit }}
          onToggle={toggle}
          onSelect={select}
          testId="graph"
        />
        {changes && compares && (
          <GraphCanvas
            label={t('Graph after the step')}
            parts={afterParts}
            facts={{ ...facts, nodes: changes.after.nodes, marks: changes.after.marks, found: NOTHING }}
            open={open}
            goal={null}
            onToggle={toggle}
            onSelect={(layer) => layers.has(layer) && select(layer)}
            testId="graph-after"
          />
        )}
      </div>
      <Legend paint={paint} coupled={coupled.sentence} marked={changes !== null} />
    </div>
  );
}
