import { useMemo, useState } from 'preact/hooks';
import { percent } from '../../protocol/format';
import { t, tPlural } from '../../protocol/l10n';
import type { ComparedLayer } from '../../protocol/measure/compare';
import type { TopologyNode } from '../../protocol/topology';
import { allBlocks, blocksOf } from '../graph/blocks';
import type { BoxFacts } from '../graph/graph-box';
import { GraphCanvas } from '../graph/graph-canvas';
import { Legend } from '../graph/legend';
import type { Paint } from '../graph/paint';
import { QuestionState } from '../question/question-state';
import { Button } from '../ui/button';
import { LinkButton } from '../ui/link';
import { changedNodes } from './changed-nodes';
import { comparedLayer, topologies } from './state';

/** The sparsity of each layer of one side. */
function paintOf(layers: readonly ComparedLayer[], side: 'a' | 'b'): Paint {
  const values = new Map(
    layers.flatMap(({ name, [side]: its }) => (its?.sparsity == null ? [] : [[name, its.sparsity] as const])),
  );
  return {
    ...{ name: 'sparsity', title: t('Sparsity'), values, from: 0, to: 1 },
    words: (value) => percent(value, value < 0.1 ? 1 : 0),
    missing: values.size > 0 ? null : t('No layer has weights that can be pruned.'),
  };
}

const figuresOf = (layers: readonly ComparedLayer[], side: 'a' | 'b'): BoxFacts['layers'] =>
  new Map(layers.flatMap(({ name, [side]: its }) => (its ? [[name, its] as const] : [])));

const NOTHING: ReadonlySet<number> = new Set();
const NOT_COUPLED: ReadonlyMap<string, string> = new Map();

/** Both models as graphs side by side, with what differs marked. A click selects the layer on the page. */
export function GraphsOfTwo({ layers, names }: { layers: readonly ComparedLayer[]; names: readonly [string, string] }) {
  const known = topologies.answer.value;
  return (
    <section class="section" aria-labelledby="compared-graphs-title">
      <div class="section-head">
        <h2 id="compared-graphs-title">{t('Graphs')}</h2>
        {!known && topologies.running.value === null && (
          <Button onPress={() => void topologies.ask()} testId="show-graphs">
            {t('Show Both Graphs')}
          </Button>
        )}
      </div>
      <QuestionState asked={topologies} stage={t('Reading the connections')} testId="graphs-problem" />
      {known && <Graphs a={known.a.nodes} b={known.b.nodes} layers={layers} names={names} />}
    </section>
  );
}

function Graphs({
  a,
  b,
  layers,
  names,
}: {
  a: readonly TopologyNode[];
  b: readonly TopologyNode[];
  layers: readonly ComparedLayer[];
  names: readonly [string, string];
}) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const marks = useMemo(() => changedNodes(a, b, layers), [a, b, layers]);
  const sides = useMemo(
    () =>
      [['a', a] as const, ['b', b] as const].map(([side, nodes]) => ({
        ...{ side, nodes, parts: blocksOf(nodes), paint: paintOf(layers, side), figures: figuresOf(layers, side) },
      })),
    [a, b, layers],
  );
  const blocks = [...new Set(sides.flatMap(({ parts }) => allBlocks(parts).map(({ id }) => id)))];
  const toggle = (id: string): void => {
    const next = new Set(open);
    if (!next.delete(id)) next.add(id);
    setOpen(next);
  };
  const changes = marks.a.size + [...marks.b.values()].filter(({ kind }) => kind === 'new').length;
  return (
    <div class="graph-part compared-graphs" data-testid="compared-graphs" data-changes={changes}>
      <p class="row small">
        <span role="status">
          {changes === 0
            ? t('Both have the same layers, widths and connections.')
            : tPlural(changes, '{0} layer or operation differs.', '{0} layers and operations differ.', changes)}
        </span>
        {blocks.length > 0 && (
          <>
            <LinkButton onPress={() => setOpen(new Set(blocks))}>{t('Unfold all blocks')}</LinkButton>
            <LinkButton onPress={() => setOpen(new Set())}>{t('Fold all blocks')}</LinkButton>
          </>
        )}
      </p>
      <div class="graph-sides two">
        {sides.map(({ side, nodes, parts, paint, figures }, index) => (
          <GraphCanvas
            key={side}
            label={t('Graph of {0}', names[index] ?? '')}
            parts={parts}
            facts={{
              ...{ nodes, paint, layers: figures, marks: marks[side], coupled: NOT_COUPLED, found: NOTHING },
              selected: comparedLayer.value,
            }}
            open={open}
            goal={null}
            onToggle={toggle}
            onSelect={(layer) => {
              if (layers.find(({ name }) => name === layer)?.histogram) comparedLayer.value = layer;
            }}
            testId={`graph-${side}`}
          />
        ))}
      </div>
      {sides[0] && <Legend paint={sides[0].paint} coupled={null} marked={changes > 0} />}
    </div>
  );
}
