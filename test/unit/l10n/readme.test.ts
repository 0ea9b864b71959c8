import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { mixedPunctuation } from './chinese';

const english = readFileSync('README.md', 'utf8');
const chinese = readFileSync('README.zh-cn.md', 'utf8');

const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found = '']) => found);
const headings = (text: string): string[] => all(text, /^(#+) /gm);
const items = (text: string): number => all(text, /^(\d+\.|- |\| )/gm).length;
const code = (text: string): string[] => [...all(text, /```sh\n(.+?)```/gs), ...all(text, /`([^`\n]+)`/g)].sort();
const links = (text: string): string[] =>
  all(text, /\]\(([^)\s]+)\)/g)
    .filter((link) => !/^README/.test(link))
    .sort();

test('the Chinese README has the headings, items, links and commands of the English one', () => {
  expect(headings(chinese)).toEqual(headings(english));
  expect(items(chinese)).toBe(items(english));
  expect(links(chinese)).toEqual(links(english));
  expect(code(chinese)).toEqual(code(english));
});

test('each README leads to the other', () => {
  expect(english).toContain('](README.zh-cn.md)');
  expect(chinese).toContain('](README.md)');
});

test('the Chinese README names commands as the palette shows them', () => {
  const texts: unknown = JSON.parse(readFileSync('package.nls.zh-cn.json', 'utf8'));
  const titles = z.record(z.string(), z.string()).parse(texts);
  const named = all(chinese, /\*\*Secateur: ([^*]+)\*\*/g);
  expect(named.length).toBeGreaterThan(1);
  expect(named.filter((name) => !Object.values(titles).includes(name))).toEqual([]);
});

test('the Chinese README uses Chinese punctuation', () => {
  const lines = chinese.replaceAll(/```.*?```/gs, '').split('\n');
  expect(lines.flatMap((line) => mixedPunctuation(line.replaceAll('Secateur: ', '')))).toEqual([]);
});
