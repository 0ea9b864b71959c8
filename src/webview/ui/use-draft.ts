import { useEffect, useRef, useState } from 'preact/hooks';
import type { KeptText } from './kept-text';

/** The text of a field while the person types, and its state. */
export interface Draft {
  /** The typed text; null: the field shows its value. */
  text: string | null;
  /** The fault of the text, as one sentence. The text stays until it is valid or given up. */
  problem: string | null;
  type(text: string, at: number): void;
  /** The person leaves the field or confirms: a valid text becomes the value. */
  readonly leave: () => void;
  /** The person gives the text up. */
  drop(): void;
}

/**
 * Lets a person type. A valid text is applied at once. If the next key makes it invalid, the state from before the typing is
 * restored: nobody who types `150` percent wanted `15`.
 */
export function useDraft<T>({
  value,
  read,
  take,
  hold,
  kept,
}: {
  /** The current value; a change from elsewhere discards the text. */
  value: T;
  /** The value of a text, or its fault. */
  read: (text: string) => { value: T } | { problem: string };
  take: (value: T, at: number) => void;
  /** Called when typing starts; returns a function that restores the earlier state. */
  hold: () => (at: number) => void;
  /** Without it a wrong text goes with its field. */
  kept?: KeptText | undefined;
}): Draft {
  const [text, setText] = useState<string | null>(kept?.text ?? null);
  const forget = (): void => {
    setText(null);
    kept?.note('', null);
  };
  const putBack = useRef<{ restore: (at: number) => void; value: T } | null>(null);
  // All values since the typing began: an effect can run after the next key, on a value that is no longer the last one.
  const taken = useRef(new Set([value]));
  const changed = useRef(false);
  const answer = text === null ? null : read(text);
  const problem = answer && 'problem' in answer ? answer.problem : null;
  useEffect(() => {
    if (!taken.current.has(value)) forget();
  }, [value]);
  const gone = useRef(kept?.gone);
  gone.current = kept?.gone;
  useEffect(() => () => gone.current?.(), []);
  return {
    text,
    problem,
    type(next, at) {
      if (text === null) {
        putBack.current = { restore: hold(), value };
        taken.current = new Set([value]);
      }
      setText(next);
      const said = read(next);
      kept?.note(next, 'problem' in said ? said.problem : null);
      if ('value' in said) {
        taken.current.add(said.value);
        changed.current = true;
        take(said.value, at);
      } else if (changed.current && putBack.current && oneKeyApart(text ?? '', next)) {
        changed.current = false;
        putBack.current.restore(at);
      }
    },
    leave() {
      if (problem !== null) return;
      changed.current = false;
      forget();
    },
    drop() {
      changed.current = false;
      forget();
    },
  };
}

const oneKeyApart = (before: string, after: string): boolean =>
  Math.abs(before.length - after.length) === 1 && (after.startsWith(before) || before.startsWith(after));
