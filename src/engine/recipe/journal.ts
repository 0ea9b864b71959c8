import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import type { RunEvent } from '../../protocol/run';
import type { Listener } from './types';

/** One line of JSON for each thing that happened in a run, with its time. */
export const JOURNAL_FILE = 'journal.jsonl';

/** What is journalled beside the events that listeners hear. */
export type JournalEntry =
  | RunEvent
  | { kind: 'start'; version: string; backend: unknown; resumed: boolean }
  | { kind: 'end'; outcome: 'done' | 'cancelled' | 'failed'; message?: string };

/** Appends to a run's journal, in order. */
export class Journal {
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly folder: string) {}

  write(entry: JournalEntry): void {
    const line = `${JSON.stringify({ time: new Date().toISOString(), ...entry })}\n`;
    this.last = this.last.then(() => appendFile(path.join(this.folder, JOURNAL_FILE), line));
    // Heard of in `flush`; a rejection must not count as unhandled before.
    this.last.catch(() => undefined);
  }

  /** Waits until all is written; throws what the system throws where it was not. */
  flush(): Promise<void> {
    return this.last;
  }

  /** Seconds that the run has been at work so far, from each start to the last thing that happened after it. */
  async seconds(): Promise<number> {
    await this.flush();
    const text = await readFile(path.join(this.folder, JOURNAL_FILE), 'utf8');
    let [total, begun, last] = [0, NaN, NaN];
    for (const { time, kind } of text.split('\n').flatMap(timed)) {
      if (kind === 'start') {
        total += begun < last ? last - begun : 0;
        begun = time;
      }
      last = time;
    }
    return (total + (begun < last ? last - begun : 0)) / 1000;
  }

  /** A listener that journals all but progress. */
  listening(listener: Listener): Listener {
    return {
      signal: listener.signal,
      report: (event) => {
        if (event.kind !== 'progress') this.write(event);
        listener.report(event);
      },
    };
  }
}

const Timed = z.object({ time: z.iso.datetime(), kind: z.string() });

/** When a line was written, in milliseconds; none for one that was cut off. */
function timed(line: string): { time: number; kind: string }[] {
  try {
    const { time, kind } = Timed.parse(JSON.parse(line));
    return [{ time: Date.parse(time), kind }];
  } catch {
    return [];
  }
}
