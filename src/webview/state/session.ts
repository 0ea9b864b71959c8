import { computed, effect, signal } from '@preact/signals';
import { NO_DATASET } from '../../protocol/dataset';
import type { Evaluation, Progress } from '../../protocol/measure';
import type { LayerInfo } from '../../protocol/model';
import type { PanelState } from '../../protocol/panel';
import type { JsonObject } from '../../protocol/json';
import { t } from '../../protocol/l10n';
import type { JobView } from '../run/job-view';
import type { Histograms } from '../threshold/amounts';
import { readSaved, type Saved } from './saved';
import type { ColumnChoice } from '../layers/columns';
import type { LayerFilter } from '../layers/filter';
import type { Sort } from '../layers/sort';
import type { TabName } from '../workbench/tab-names';
import { loadState, storeState } from './host';

/** The phase of the page: loading, failed, or open. */
export type Phase = { kind: 'loading'; text: string } | { kind: 'failed'; sentence: string } | { kind: 'open' };

const saved = readSaved(loadState());

export const phase = signal<Phase>({ kind: 'loading', text: t('Reading the checkpoint\u2026') });
/** The progress of reading the checkpoint, once it takes a while; null: it is not being read. */
export const reading = signal<Progress | null>(null);
export const panel = signal<PanelState | null>(null);
export const histograms = signal<Histograms>(new Map());
/** The reason why histograms are missing, as one sentence. */
export const histogramProblem = signal<string | null>(null);

/** The selected layer; null: all layers together. */
export const selected = signal<string | null>(saved.selected);
export const scope = signal<Saved['scope']>(saved.scope);
/** The mode of a new amount; an existing amount keeps its own. */
export const preferredMode = signal<Saved['mode']>(saved.mode);
export const amounts = signal<Saved['amounts']>(saved.amounts);
export const log = signal(saved.log);
/** True: draw the whole range of values, with far tails. */
export const whole = signal(saved.whole);
export const sort = signal<Sort>(saved.sort);
export const layersView = signal<Saved['layersView']>(saved.layersView);
export const epochs = signal(saved.epochs);
/** The drafts of the recipe's steps, and the seed of its run. */
export const drafts = signal<readonly JsonObject[]>(saved.recipe);
export const seed = signal(saved.seed);
export const tab = signal<TabName>(saved.tab);
/** Which layers the table shows. */
export const filter = signal<LayerFilter>(saved.filter);
export const foldedBlocks = signal<readonly string[]>(saved.folded);
export const columns = signal<ColumnChoice>(saved.columns);
/** The tab whose button started the run; its card is there. */
export const runFrom = signal<TabName>(saved.runFrom);
/** Pixels by which the page is scrolled. */
export const scroll = signal(saved.scroll);

/** A change of the files on disk; `problem`: the reason why they could not be read again. */
export const disk = signal<{ change: 'changed' | 'gone'; problem?: string } | null>(null);
/** News of the engine, and whether it is up again; null: none. */
export const engine = signal<{ up: boolean; message: string } | null>(null);

export const evaluating = signal<{ progress: Progress | null } | null>(null);
export const evaluationProblem = signal<string | null>(null);
export const job = signal<JobView | null>(null);
/** The text for screen readers. */
export const announcement = signal('');

export const inspection = computed(() => panel.value?.inspection ?? null);
export const evaluation = computed<Evaluation | null>(() => panel.value?.evaluation ?? null);
export const selectedLayer = computed<LayerInfo | null>(
  () => inspection.value?.layers.find((layer) => layer.name === selected.value) ?? null,
);

/** The reason why nothing may run on this model; null: it may. */
export const cannotRun = computed<string | null>(() => {
  const state = panel.value;
  if (!state) return t('The checkpoint is not open.');
  return state.trusted ? null : t('This workspace is not trusted, so pruning and evaluating are off.');
});

/** The reason why the model cannot be evaluated; null: it can, with a dataset. */
export const cannotEvaluate = computed<string | null>(() => cannotRun.value ?? inspection.value?.notRunnable ?? null);

/** The same in so few words that they fit below a figure. */
export const cannotEvaluateInShort = computed<string | null>(() => {
  if (cannotEvaluate.value === null) return null;
  return cannotRun.value === null ? t('cannot be evaluated') : t('not trusted yet');
});

/** The reason why accuracy cannot be measured and the network cannot be trained; null: it can. */
export const cannotMeasure = computed<string | null>(() => {
  if (cannotEvaluate.value !== null) return cannotEvaluate.value;
  const state = panel.value;
  return !state || state.dataset ? null : (state.datasetProblem ?? NO_DATASET);
});

/** Keeps the settings of the person over a reload. The pages of comparisons and data keep a state of their own. */
export const keepState = (): void => {
  effect(() => {
    const state: Saved = {
      selected: selected.value,
      scope: scope.value,
      mode: preferredMode.value,
      amounts: amounts.value,
      log: log.value,
      whole: whole.value,
      sort: sort.value,
      layersView: layersView.value,
      epochs: epochs.value,
      recipe: [...drafts.value],
      seed: seed.value,
      tab: tab.value,
      filter: filter.value,
      folded: [...foldedBlocks.value],
      columns: { ...columns.value, shown: columns.value.shown && [...columns.value.shown] },
      runFrom: runFrom.value,
      scroll: scroll.value,
    };
    storeState(state);
  });
};
