import path from 'node:path';

const IMAGE = /!\[([^\]]*)\]\(([^)\s]+)\)/g;
const LINK = /(?<!!)\[([^\]]+)\]\(([^)\s]+)\)/g;

/** The line of languages: the page of an extension has one. */
const LANGUAGES = /^English \| .*\n\n/m;
/** An item of a list that begins with a link, to its end. */
const POINTER = /^- \[[^\]]+\]\(([^)\s]+)\).*\n(?: {2,}.*\n)*/gm;
/** A heading of the second level with nothing below it. */
const EMPTY_SECTION = /^## .+\n\s*(?=^## |(?![\s\S]))/gm;
const TABLE = /(?:^\|.*\n)+/gm;

const isRelative = (link: string): boolean => !/^[a-z][a-z0-9+.-]*:/i.test(link) && !link.startsWith('#');

/**
 * The README for the page of the extension. That page cannot read files of the extension, so pictures become data. Items of
 * lists and columns of tables that only lead to other pages of the project are left out, and links to such pages within a
 * sentence become plain text.
 *
 * @param picture the bytes of a PNG by its path in the README
 */
export function extensionPage(readme: string, picture: (file: string) => Buffer): string {
  return readme
    .replace(LANGUAGES, '')
    .replace(IMAGE, (all, _words: string, file: string) => {
      if (!isRelative(file)) return all;
      if (path.extname(file) !== '.png') throw new Error(`The picture ${file} in the README is no PNG.`);
      // VS Code of today sanitizes this page with media of http and https alone, and takes the source of this one away; the
      // policy of the page then allows images of https and data. Only a public address passes both. Earlier versions show
      // the picture. It has no words, and a paragraph with others, so that nothing stands in its place where it is missing;
      // the walkthrough shows it in every version.
      return `![](data:image/png;base64,${picture(file).toString('base64')})`;
    })
    .replace(/\n\n(?=!\[\]\(data:)/g, '\n')
    .replace(POINTER, (all, link: string) => (isRelative(link) ? '' : all))
    .replace(EMPTY_SECTION, '')
    .replace(TABLE, withoutPointers)
    .replace(LINK, (all, words: string, link: string) => (isRelative(link) ? words : all));
}

/** Leaves out the columns of a table whose cells below the head are all links to files. */
function withoutPointers(table: string): string {
  const rows = table
    .trimEnd()
    .split('\n')
    .map((row) => row.split('|').slice(1, -1));
  const isPointer = (cell = ''): boolean => {
    const [all, , link = ''] = new RegExp(LINK.source).exec(cell) ?? [];
    return all === cell.trim() && isRelative(link);
  };
  const body = rows.slice(2);
  const kept = (rows[0] ?? []).map((_, column) => body.length === 0 || !body.every((row) => isPointer(row[column])));
  return rows.map((row) => `|${row.filter((_, column) => kept[column]).join('|')}|\n`).join('');
}
