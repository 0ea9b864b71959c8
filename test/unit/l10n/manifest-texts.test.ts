import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { mixedPunctuation } from './chinese';

const Texts = z.record(z.string(), z.string());
const read = (file: string) => Texts.parse(JSON.parse(readFileSync(file, 'utf8')));
const english = read('package.nls.json');
const languages = readdirSync('.').filter((name) => /^package\.nls\..+\.json$/.test(name));

/** All that a person follows or types: commands of links, names in code, settings. */
const fixed = (text: string): string[] =>
  [...text.matchAll(/\]\((command:[\w.]+)\)|(`[^`]+`)/g)].map(([, link, code]) => link ?? code ?? '').sort();

test('the texts of the manifest are in Chinese', () => {
  expect(languages).toContain('package.nls.zh-cn.json');
});

test.each(languages)('%s has the keys of package.nls.json, in their order', (file) => {
  expect(Object.keys(read(file))).toEqual(Object.keys(english));
});

test.each(languages)('%s has the same links, names and lines in each text', (file) => {
  const texts = read(file);
  for (const [key, text] of Object.entries(english)) {
    expect(fixed(texts[key] ?? ''), key).toEqual(fixed(text));
    expect(texts[key]?.split('\n').length, key).toBe(text.split('\n').length);
  }
});

test('a link has the title of its command where the English one does', () => {
  const chinese = read('package.nls.zh-cn.json');
  const links = (text: string) => [...text.matchAll(/\[([^\]]+)\]\(command:secateur\.(\w+)\)/g)];
  const alike = Object.entries(english).flatMap(([key, text]) =>
    links(text).flatMap(([, words, command], place) =>
      words === english[`command.${command}`] ? [[links(chinese[key] ?? '')[place]?.[1], `command.${command}`]] : [],
    ),
  );
  expect(alike.length).toBeGreaterThan(4);
  for (const [words, title = ''] of alike) expect(words).toBe(chinese[title]);
});

test('Chinese texts of the manifest use Chinese punctuation', () => {
  const texts = Object.values(read('package.nls.zh-cn.json'));
  // The palette writes "Secateur: " before each title of a command.
  expect(texts.flatMap((text) => mixedPunctuation(text.replaceAll('Secateur: ', '')))).toEqual([]);
});
