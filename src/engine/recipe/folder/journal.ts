import * as z from 'zod';
import { UserError } from '../../../protocol/errors';
import type { RunEvent } from '../../../protocol/run';
import type { OutputFolder } from '../../folder/output-folder';
import type { Listener } from '../types';
import { JOURNAL_FILE } from './layout';

/** An entry of the journal: an event of the run, its start or its end. */
export type JournalEntry =
  | RunEvent
  | { kind: 'start'; version: string; backend: unknown; resumed: boolean }
  | { kind: 'end'; outcome: 'done' | 'cancelled' | 'failed'; message?: string };

/** Appends to the journal of a run, in order. */
export class Journal {
  private last: Promise<void> = Promise.resolve();

  private constructor(private readonly folder: OutputFolder) {}

  /** Opens the journal of a run, and ends the last line where a killed run cut it off. @throws UserError */
  static async open(folder: OutputFolder): Promise<Journal> {
    const text = await folder.text(JOURNAL_FILE);
    if (text !== undefined && !/(^|\n)$/.test(text)) await folder.append(JOURNAL_FILE, '\n');
    return new Journal(folder);
  }

  write(entry: JournalEntry): void {
    const line = `${JSON.stringify({ time: new Date().toISOString(), ...entry })}\n`;
    this.last = this.last.then(() => this.folder.append(JOURNAL_FILE, line));
    // `flush` reports the failure; the rejection must not count as unhandled before.
    this.last.catch(() => undefined);
  }

  /** Waits until everything is written. Throws the error of the system where that failed. */
  flush(): Promise<void> {
    return this.last;
  }

  /**
   * Counts the seconds of work so far, from each start to the last entry after it; undefined where the journal does not
   * tell.
   */
  async seconds(): Promise<number | undefined> {
    await this.flush();
    const text = await this.folder.text(JOURNAL_FILE).catch((error: unknown) => {
      if (error instanceof UserError) return undefined;
      throw error;
    });
    if (text === undefined) return undefined;
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

  /** Returns a listener that journals all events except progress. */
  listening(listener: Listener): Listener {
    return {
      ...listener,
      report: (event) => {
        if (event.kind !== 'progress') this.write(event);
        listener.report(event);
      },
    };
  }
}

const Timed = z.object({ time: z.iso.datetime(), kind: z.string() });

/** Returns the time of a line in milliseconds; none for a line that was cut off. */
function timed(line: string): { time: number; kind: string }[] {
  try {
    const { time, kind } = Timed.parse(JSON.parse(line));
    return [{ time: Date.parse(time), kind }];
  } catch {
    return [];
  }
}
