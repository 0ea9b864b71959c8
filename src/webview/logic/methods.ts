/** What a kind of step is called, what it is called while it runs, and in a line what it is for. One that is not here goes by its own name. */
const METHODS: Readonly<Record<string, { title: string; running: string; purpose: string }>> = {
  prune: { title: 'Prune', running: 'Pruning', purpose: 'Weights with the smallest scores become 0.' },
  remove: {
    title: 'Remove channels',
    running: 'Removing channels',
    purpose: 'Filters and neurons go away: smaller and faster.',
  },
  target: {
    title: 'Reach a target',
    running: 'Reaching the target',
    purpose: 'Finds the amounts for an accuracy or a size.',
  },
  finetune: {
    title: 'Fine-tune',
    running: 'Fine-tuning',
    purpose: 'Trains on, zeros held; gradual pruning, distillation.',
  },
  rewind: { title: 'Rewind', running: 'Rewinding', purpose: 'Kept weights go back to earlier values.' },
  recalibrate: {
    title: 'Recalibrate',
    running: 'Recalibrating',
    purpose: 'Batch-normalisation statistics measured anew.',
  },
  train: { title: 'Train', running: 'Training', purpose: 'From random weights.' },
  evaluate: { title: 'Evaluate', running: 'Evaluating', purpose: 'Loss and accuracy between steps.' },
};

/** Order in which methods are offered; those that are not named come last. */
const ORDER = Object.keys(METHODS);

export const methodTitle = (name: string): string => METHODS[name]?.title ?? name;
/** What a step is called while it runs. */
export const methodRunning = (name: string): string => METHODS[name]?.running ?? name;
export const methodPurpose = (name: string): string => METHODS[name]?.purpose ?? '';

/** Names of steps in the order in which they are offered. A step that needs no checkpoint has no place in a panel of one. */
export function methodOrder<Name extends string>(names: readonly Name[]): Name[] {
  const place = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return names.filter((name) => name !== 'train').sort((a, b) => place(a) - place(b));
}
