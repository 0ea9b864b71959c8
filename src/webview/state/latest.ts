/** Asks one question at a time, and always the latest. */
export interface Latest<Q> {
  /** Replaces every earlier question. */
  ask(question: Q): void;
  /** Drops every question. */
  drop(): void;
  /** Lets a newer question replace the current one at once. */
  enough(): void;
}

/**
 * Keeps one question in flight and the latest one waiting. A newer question cancels the one in flight after `patience`
 * milliseconds or `enough()`, so that figures keep coming during a steady drag. `answer` must settle soon after its signal is
 * aborted, and must not reject.
 */
export function latestOnly<Q>(
  answer: (question: Q, signal: AbortSignal) => Promise<void>,
  patience: number,
  later: (run: () => void, milliseconds: number) => void,
  now: () => number,
): Latest<Q> {
  let flight: { abort: AbortController; since: number; enough: boolean } | undefined;
  let waiting: { question: Q } | undefined;

  const start = (question: Q): void => {
    const current = { abort: new AbortController(), since: now(), enough: false };
    flight = current;
    void answer(question, current.abort.signal).finally(() => {
      flight = undefined;
      const next = waiting;
      waiting = undefined;
      if (next) start(next.question);
    });
  };

  const supersede = (): void => {
    const current = flight;
    if (!current) return;
    const left = current.enough ? 0 : patience - (now() - current.since);
    if (left <= 0) current.abort.abort();
    else
      later(() => {
        if (flight === current && waiting) current.abort.abort();
      }, left);
  };

  return {
    ask(question) {
      if (!flight) {
        start(question);
        return;
      }
      waiting = { question };
      supersede();
    },
    drop() {
      waiting = undefined;
      flight?.abort.abort();
    },
    enough() {
      if (!flight) return;
      flight.enough = true;
      if (waiting) flight.abort.abort();
    },
  };
}
