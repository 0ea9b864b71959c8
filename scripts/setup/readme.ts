import path from 'node:path';

const IMAGE = /!\[([^\]]*)\]\(([^)\s]+)\)/g;
const LINK = /(?<!!)\[([^\]]+)\]\(([^)\s]+)\)/g;

/** The line of languages: the page of an extension has one. */
const LANGUAGES = /^English \| .*\n\n/m;

const isRelative = (link: string): boolean => !/^[a-z][a-z0-9+.-]*:/i.test(link) && !link.startsWith('#');

/**
 * The README for the page of the extension. That page cannot read files of the extension, so pictures become data, and links
 * to other pages of the project become plain text.
 *
 * @param picture the bytes of a PNG by its path in the README
 */
export function extensionPage(readme: string, picture: (file: string) => Buffer): string {
  return readme
    .replace(LANGUAGES, '')
    .replace(IMAGE, (all, words: string, file: string) => {
      if (!isRelative(file)) return all;
      if (path.extname(file) !== '.png') throw new Error(`The picture ${file} in the README is no PNG.`);
      return `![${words}](data:image/png;base64,${picture(file).toString('base64')})`;
    })
    .replace(LINK, (all, words: string, link: string) => (isRelative(link) ? words : all));
}
