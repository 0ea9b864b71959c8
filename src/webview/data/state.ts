import { batch, computed, signal } from '@preact/signals';
import * as z from 'zod';
import { t } from '../../protocol/l10n';
import { DataOptions, sameJson } from '../../protocol/data-options';
import type { DataReview, ReviewedData } from '../../protocol/data-page';
import { firstComplaint, type Complaint } from '../../protocol/errors';
import type { Split } from '../../protocol/dataset';
import { JsonObject, withKey } from '../../protocol/json';
import { question } from '../question/question';
import { askData, loadState, storeState } from '../state/host';
import { changedField, changesOf, tidy } from './changes';
import { hasField } from './groups';
import { sentence } from '../ui/sentence';
import { changed, newHistory, redone, undone, type History } from '../ui/history';

/** The state that survives a reload of the window, beside the data: the options, and those that were written before them. */
const Saved = z.object({ options: JsonObject, base: JsonObject });

/** The options of the form, those before and after them; null until the data was read for the first time. */
const history = signal<History<JsonObject> | null>(null);
/** The options that were written when the person began to change them. */
const base = signal<JsonObject | null>(null);
/** The data of this page. */
export const reviewed = signal<ReviewedData | null>(null);

/** The options of the form. */
export const options = computed(() => history.value?.now ?? null);
export const canUndo = computed(() => (history.value?.past.length ?? 0) > 0);
export const canRedo = computed(() => (history.value?.future.length ?? 0) > 0);

/** True: the next question asks anew what is recognized without options. */
let again = false;
/** True: the next answer tells the options, as the file has them. */
let anew = false;
/** The options of the last answer. */
const answered = signal<JsonObject | null>(null);

/** The data as it is seen with the options of the form. */
export const review = question(async (asking) => {
  const asked = anew ? undefined : history.peek()?.now;
  const seen = await askData('review', { ...(asked ? { options: asked } : {}), again }, { signal: asking.signal });
  take(seen, asked);
  return seen;
});

/** The split whose examples are shown. */
export const shownSplit = signal<Split>('train');

/** Examples of that split. */
export const shown = question((asking) =>
  askData('shown', { split: shownSplit.value, ...said() }, { signal: asking.signal }),
);

/** The normalization that the engine finds for the model. */
export const found = question((asking) => askData('findNormalization', { options: history.peek()?.now ?? {} }, asking));

/** The sentence why the last button did nothing; null: it did what it says. */
export const refusal = signal<string | null>(null);
/** A sentence about what the last button did. */
export const note = signal<string | null>(null);

/** True while the shown description is not that of the options in the form. */
export const isStale = computed(() => options.value !== answered.value);

/** The fault of the options or of the data, with its place; null: none. */
const fault = computed<Complaint | null>(() => {
  if (!options.value) return null;
  const { error } = DataOptions.safeParse(options.value);
  if (error) return firstComplaint(error);
  const problem = isStale.value ? null : review.answer.value?.problem;
  return problem ? { at: problem.at, message: problem.sentence } : null;
});

/** True where the fault stands beside its field. */
const isBeside = computed(() => {
  const columns = review.answer.value?.columns ?? [];
  return hasField(fault.value?.at ?? [], columns, options.value ?? {});
});

/** The fault of an option of the form, with its place; null: none. */
export const complaint = computed(() => (isBeside.value ? fault.value : null));

/** The sentence why the data cannot be read where it stands beside no field; null: it can, or it does. */
export const trouble = computed(() => (fault.value && !isBeside.value ? sentence(fault.value.message) : null));

/** The options that say something else than what was recognized. */
export const changes = computed(() => changesOf(options.value ?? {}, review.answer.value?.recognized ?? null));

/** True where the options are not those of the file. */
export const isUnsaved = computed(() => {
  const seen = review.answer.value;
  if (!seen || !options.value) return false;
  return seen.file === null ? changes.value.length > 0 : !sameJson(options.value, seen.written);
});

/** True if the data may be used as it is shown. */
export const isUsable = computed(
  () =>
    !isStale.value &&
    complaint.value === null &&
    review.running.value === null &&
    review.problem.value === null &&
    review.answer.value?.description != null,
);

const said = (): { options?: JsonObject } => {
  const now = history.peek()?.now;
  return now ? { options: now } : {};
};

/** Begins with the data of the page, and with what was changed before a reload. */
export function openData(data: ReviewedData): void {
  reviewed.value = data;
  const saved = Saved.safeParse(loadState());
  // Nothing was changed where both are the same; the file may have changed since.
  if (saved.success && !sameJson(saved.data.options, saved.data.base)) {
    base.value = saved.data.base;
    history.value = newHistory(saved.data.options);
  }
  keep();
  void openReview();
}

/** Reads the data, and then examples of one of its splits. */
export async function openReview(): Promise<void> {
  refusal.value = null;
  await review.ask();
  await showExamples();
}

/** Reads everything anew: the files, and what is recognized in them. */
export async function readAgain(): Promise<void> {
  again = true;
  // Without changes, the options are those that are written by now.
  anew = sameJson(options.value ?? {}, base.value ?? {});
  await openReview();
}

function take(seen: DataReview, asked: JsonObject | undefined): void {
  batch(() => {
    if (anew || !history.peek()) {
      history.value = newHistory(seen.written);
      base.value = seen.written;
    }
    const now = history.peek()?.now ?? null;
    if (asked === undefined || asked === now) answered.value = now;
    const before = reviewed.peek();
    if (before) reviewed.value = { ...before, reference: seen.reference };
    keep();
    again = anew = false;
  });
}

async function showExamples(): Promise<void> {
  const splits = review.answer.value?.description?.splits ?? [];
  if (review.problem.value !== null || isStale.value || !splits[0]) return;
  if (!splits.some(({ name }) => name === shownSplit.value)) shownSplit.value = splits[0].name;
  shown.cancel();
  await settled(shown);
  await shown.ask();
}

/** Resolves when nobody waits for an answer any more. */
const settled = ({ running }: Pick<typeof review, 'running'> | Pick<typeof shown, 'running'>): Promise<void> =>
  new Promise((resolve) => {
    const stop = running.subscribe((value) => {
      if (value !== null) return;
      // The subscription calls this at once, before it can be ended.
      queueMicrotask(() => {
        stop();
        resolve();
      });
    });
  });

/** Milliseconds without a change after which the data is read again. */
const PAUSE = 400;
let timer: ReturnType<typeof setTimeout> | undefined;

/** @param before the options before the change */
function readSoon(before: JsonObject): void {
  keep();
  clearTimeout(timer);
  // The normalization that is set does not enter its search.
  const now = options.peek() ?? {};
  if (!sameJson(withKey(before, 'normalization', undefined), withKey(now, 'normalization', undefined))) found.forget();
  note.value = null;
  timer = setTimeout(() => void readNow(), PAUSE);
}

async function readNow(): Promise<void> {
  // Options that are not valid are not asked about.
  if (DataOptions.safeParse(options.peek()).error) return;
  review.cancel();
  shown.cancel();
  await settled(review);
  await openReview();
}

/** Changes the options. */
export function change(next: JsonObject): void {
  const before = history.peek();
  if (!before) return;
  const after = tidy(next);
  history.value = changed(before, after, changedField(before.now, after), performance.now());
  readSoon(before.now);
}

/** Takes the last change back. */
export function undo(): void {
  const before = history.peek();
  if (!before || before.past.length === 0) return;
  history.value = undone(before);
  readSoon(before.now);
}

/** Makes it again. */
export function redo(): void {
  const before = history.peek();
  if (!before || before.future.length === 0) return;
  history.value = redone(before);
  readSoon(before.now);
}

/** Keeps the state over a reload. */
function keep(): void {
  const now = history.peek()?.now;
  const before = base.peek();
  storeState({ ...reviewed.peek(), ...(now && before ? { options: now, base: before } : {}) });
}

/** Shows the examples of another split. */
export function showSplit(split: Split): void {
  shownSplit.value = split;
  void shown.ask();
}

/** Does what a button says. */
export async function act(what: 'use' | 'another' | 'edit'): Promise<void> {
  await attempt(() => askData(what, what === 'use' ? said() : {}));
}

/** Writes the options into the NAME.data.json. */
export async function save(): Promise<void> {
  await attempt(async () => {
    if (!(await askData('save', said()))) return;
    // From now on, the options are those of the file.
    anew = true;
    await openReview();
    const file = review.answer.value?.file;
    if (file != null) note.value = t('Saved in {0}.', file);
  });
}

async function attempt(work: () => Promise<unknown>): Promise<void> {
  refusal.value = null;
  note.value = null;
  try {
    await work();
  } catch (error) {
    refusal.value = error instanceof Error ? error.message : String(error);
  }
}
