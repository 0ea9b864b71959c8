let format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

const languageOf = (locale: string): string => locale.toLowerCase().split('-')[0]!;

/** Writes dates in the language of the texts. Of its regions the editor's own counts. @param texts empty: unknown */
export function useDatesOf(texts: string, editor: string): void {
  const locale = texts === '' || languageOf(texts) === languageOf(editor) ? editor : texts;
  format = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
}

/** A time in ISO 8601 as a person writes it; itself where it is none. */
export function dateWords(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : format.format(date);
}
