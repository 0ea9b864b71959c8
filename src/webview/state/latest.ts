/** Asks one question at a time, and only ever the latest. */
export interface Latest<Q> {
  /** Supersedes whatever is under way or waits. */
  ask(question: Q): void;
  /** Supersedes it by nothing. */
  drop(): void;
  /** The question under way may be superseded without waiting any longer. */
  enough(): void;
}

/**
 * Coalesces questions to one in flight and the latest. A newer question cancels the one in flight, but lets it go on for
 * `patience` milliseconds or until `enough()`, so that figures keep coming while a line is dragged without a pause.
 * `answer` must settle soon after its signal is aborted, and never reject.
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
