import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { ENGINE_KEY } from '../../../src/protocol/l10n';
import { mixedPunctuation } from './chinese';
import { schemaTexts } from './schema-texts';
import { sourceFiles, textsOf, type SourceText } from './source-texts';

const bundles = readdirSync('l10n').map((name) => path.join('l10n', name));
const read = (file: string) => z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(file, 'utf8')));

const files = ['child', 'disk', 'extension', 'protocol', 'webview'].flatMap((room) => sourceFiles(`src/${room}`));
const found = new Map(files.map((file) => [file, textsOf(file)]));
const keys = new Map([...found.values()].flatMap((texts) => texts.keys.map(({ text, at }) => [text, at])));
for (const text of schemaTexts()) keys.set(text, 'a schema');

/** Sentences of the engine, which `translated` recognizes where they are shown. */
const ENGINE = ['engine', 'protocol', 'rpc'].flatMap((room) => sourceFiles(`src/${room}`)).map(textsOf);
const said = new Set(ENGINE.flatMap(({ strings }) => strings));
/** Counts with their nouns, which it writes as host and page do. */
const counts = new Set(ENGINE.flatMap((one) => one.keys.map(({ text }) => text)));
const isOfEngine = (key: string): boolean => key.endsWith(ENGINE_KEY);
const sentenceOf = (key: string): string => key.slice(0, -ENGINE_KEY.length);

const places = (text: string): string[] => (text.match(/\{\d+\}/g) ?? []).sort();

test('VS Code finds the bundles, and the package has them', () => {
  const manifest = z.object({ l10n: z.string() }).parse(JSON.parse(readFileSync('package.json', 'utf8')));
  expect(manifest.l10n).toBe('./l10n');
  expect(bundles).toContain(path.join('l10n', 'bundle.l10n.zh-cn.json'));
  expect(readFileSync('.vscodeignore', 'utf8').split('\n')).toContain('!l10n/*.json');
});

test.each(bundles)('each text is in %s', (file) => {
  const texts = read(file);
  expect([...keys].filter(([key]) => !(key in texts))).toEqual([]);
});

test.each(bundles)('each translation of %s is used', (file) => {
  expect(
    Object.keys(read(file)).filter((key) =>
      isOfEngine(key) ? !said.has(sentenceOf(key)) : !keys.has(key) && !counts.has(key),
    ),
  ).toEqual([]);
});

test.each(bundles)('each translation of %s has the places of its text', (file) => {
  for (const [key, text] of Object.entries(read(file)))
    expect(places(isOfEngine(key) ? text.replaceAll('!}', '}') : text), key).toEqual(places(key));
});

test('Chinese texts use Chinese punctuation', () => {
  const texts = Object.values(read(path.join('l10n', 'bundle.l10n.zh-cn.json')));
  expect(texts.flatMap(mixedPunctuation)).toEqual([]);
});

/** Texts of the host that nobody reads in a language: the log, the page's frame, and a name. */
const FOR_THE_LOG = ['src/extension/log.ts', 'src/extension/panel/html.ts', 'src/extension/runs/progress-text.ts'];

/** The rooms of the extension host. */
const HOST = /^src\/(child|disk|extension)\//;

test('each text of the host that a person reads is translated', () => {
  const bare = [...found]
    .filter(([file]) => HOST.test(file) && !FOR_THE_LOG.includes(file))
    .flatMap(([, texts]) => texts.bare)
    .filter(({ text }) => text !== 'Secateur');
  expect(bare).toEqual([]);
});

/** Texts of the page that nobody reads there: styles, names of changes, and columns for other programs. */
const NOT_READ = ['layers/exported.ts', 'ui/theme.ts', 'workbench/edits.ts'].map((file) => `src/webview/${file}`);
const ofPage = [...found].filter(([file]) => file.startsWith('src/webview/') && !NOT_READ.includes(file));

test('each text of the page goes through `t`', () => {
  const bare = ofPage.flatMap(([, texts]) => texts.bare);
  expect(bare).toEqual([]);
});

/** The command line speaks English. */
const isOfCommandLine = ({ at }: SourceText): boolean => at.startsWith('src/engine/cli/');

test.each(bundles)('%s has all sentences that the engine throws', (file) => {
  const texts = read(file);
  const thrown = ENGINE.flatMap((one) => one.thrown).filter((text) => !isOfCommandLine(text));
  expect(thrown.filter(({ text }) => !(text + ENGINE_KEY in texts))).toEqual([]);
});
