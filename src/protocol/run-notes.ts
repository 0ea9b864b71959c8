import * as z from 'zod';

/** The file of a run folder with what a person noted about the run. A run neither writes nor removes it. */
export const NOTES_FILE = 'notes.json';

/** The most tags of a run, and the most characters of one and of a note. */
export const NOTES_MOST = { tags: 20, tag: 40, note: 10_000 } as const;

/** Tags and a note of a person about a run. */
export const RunNotes = z.object({
  tags: z.array(z.string().trim().min(1).max(NOTES_MOST.tag)).max(NOTES_MOST.tags).default([]),
  note: z.string().max(NOTES_MOST.note).default(''),
});
export type RunNotes = z.infer<typeof RunNotes>;

export const NO_NOTES: RunNotes = { tags: [], note: '' };
