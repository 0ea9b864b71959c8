import { batch, computed } from '@preact/signals';
import { amountFor, largest, round, thresholdOf, type Amount, type Mode } from '../threshold/amount';
import { layerDistribution, type Distribution } from '../threshold/counting';
import { NO_AMOUNTS, withAmount, type Amounts } from '../threshold/amounts';
import { histograms, inspection, amounts, preferredMode, scope, selected, selectedLayer } from './session';
import { allWeights, foundThreshold, inputHappened } from './preview';

/** The layer of the edited amount; null: the amount for all layers. */
export const target = computed(() => (scope.value === 'layer' ? selected.value : null));

/** The weights that the edited amount ranks; null while they are unknown, or if they cannot be pruned. */
export const weights = computed<Distribution | null>(() => {
  const model = inspection.value;
  if (!model) return null;
  if (target.value === null) return allWeights.value;
  const histogram = histograms.value.get(target.value);
  return histogram && selectedLayer.value?.prunable ? layerDistribution(histogram) : null;
});

/** The edited amount; null: not set. */
export const amount = computed<Amount | null>(() =>
  target.value === null ? amounts.value.global : (amounts.value.layers[target.value] ?? null),
);

export const mode = computed<Mode>(() => amount.value?.mode ?? preferredMode.value);

/** The threshold of the edited amount; 0 without one. */
export const threshold = computed(() => (amount.value && weights.value ? thresholdOf(amount.value, weights.value) : 0));

/** The threshold in the shown histogram: a layer's own amount overrides the global one. */
export const shownThreshold = computed(() => {
  const model = inspection.value;
  if (!model) return 0;
  const own = selected.value === null ? undefined : amounts.value.layers[selected.value];
  const histogram = histograms.value.get(selected.value);
  if (own && histogram) return thresholdOf(own, layerDistribution(histogram));
  const all = allWeights.value;
  return amounts.value.global && all ? thresholdOf(amounts.value.global, all) : 0;
});

function setAmounts(next: Amounts, at: number): void {
  inputHappened(at);
  amounts.value = next;
}

/** Sets the edited amount; `at`: the time of the person's action, in the clock of `performance.now()`. */
export function setAmount(next: Amount | null, at: number): void {
  const layer = target.value;
  setAmounts(withAmount(layer === null ? amounts.value : pinned(amounts.value), layer, next), at);
}

/** Gives layers an amount of their own, or removes it (null). */
export function setLayerAmounts(layers: readonly string[], next: Amount | null, at: number): void {
  const start = next === null ? amounts.value : pinned(amounts.value);
  setAmounts(
    layers.reduce((all, layer) => withAmount(all, layer, next), start),
    at,
  );
  // The shown layer may have one now.
  if (selected.peek() !== null) select(selected.peek());
}

/** Sets all amounts as they were. */
export const restoreAmounts = (before: Amounts, at: number): void => setAmounts(before, at);

/** Adds the threshold that the engine found for the amount for all layers, so that an amount of one layer does not move it. */
function pinned(now: Amounts): Amounts {
  const at = now.global?.at ?? foundThreshold();
  return now.global && now.global.mode !== 'absolute' && at !== undefined
    ? { ...now, global: { ...now.global, at } }
    : now;
}

/** Sets the edited amount by its threshold, from 0 to the largest |w|. */
export function setThreshold(value: number, at: number): void {
  const about = weights.value;
  if (about) setAmount(amountFor(mode.value, Math.max(0, Math.min(about.max, value)), about), at);
}

/** Sets the edited amount by its value in its own mode; values beyond the ends become the nearest end. */
export function setValue(value: number, at: number): void {
  const about = weights.value;
  if (!about) return;
  const inside = Math.max(0, Math.min(largest(mode.value, about), value));
  setAmount({ mode: mode.value, value: round(mode.value, inside, about) }, at);
}

/** Changes the mode of the edited amount; the threshold stays. */
export function setMode(next: Mode, at: number): void {
  const about = weights.value;
  preferredMode.value = next;
  if (amount.value && about) setAmount(amountFor(next, threshold.value, about), at);
}

/** Edits the amount of this layer or of all layers. Without a selected layer, selects the largest prunable one. */
export function setScope(next: 'global' | 'layer'): void {
  if (next === 'layer' && selected.value === null) {
    const prunable = inspection.value?.layers.filter((layer) => layer.prunable) ?? [];
    const first = prunable.sort((a, b) => b.params - a.params)[0];
    if (!first) return;
    selected.value = first.name;
  }
  scope.value = next;
  isOwnShown = false;
}

/** True while a layer is edited because it has its own amount, not because the person asked for that. */
let isOwnShown = false;

/** Selects a layer; null: all of them. A layer with its own amount is edited itself, others as before. */
export function select(layer: string | null): void {
  const hasOwn = layer !== null && amounts.peek().layers[layer] !== undefined;
  batch(() => {
    if (layer === null || (isOwnShown && !hasOwn)) scope.value = 'global';
    isOwnShown = hasOwn && (isOwnShown || scope.peek() === 'global');
    if (hasOwn) scope.value = 'layer';
    selected.value = layer;
  });
}

/** Gives the selected layer a threshold of its own, from the one it has, or lets it follow that of all layers again. */
export function setOwn(isOwn: boolean, at: number): void {
  const layer = selected.peek();
  if (layer === null) return;
  const now = shownThreshold.peek();
  batch(() => {
    scope.value = isOwn ? 'layer' : 'global';
    isOwnShown = false;
    if (!isOwn) resetAmount(layer, at);
    else if (now > 0) setThreshold(now, at);
  });
}

/** Removes the amount of one layer, or the global one (null). */
export const resetAmount = (layer: string | null, at: number): void =>
  setAmounts(withAmount(amounts.value, layer, null), at);

/** Removes all amounts. */
export const resetAmounts = (at: number): void => setAmounts(NO_AMOUNTS, at);

/** Allows layers to lose all their weights, or forbids it. */
export const setAllowEmpty = (allowEmptyLayers: boolean, at: number): void =>
  setAmounts({ ...amounts.value, allowEmptyLayers }, at);
