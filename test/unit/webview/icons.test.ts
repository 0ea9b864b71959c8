import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { ICONS } from '../../../src/webview/ui/icons';

const css = readFileSync(createRequire(import.meta.url).resolve('@vscode/codicons/dist/codicon.css'), 'utf8');

test.each(Object.entries(ICONS))('the code point of %s is the font\u2019s', (name, text) => {
  const code = new RegExp(`\\.codicon-${name}:before \\{ content: "\\\\([0-9a-f]+)"`).exec(css)?.[1];
  expect(text.codePointAt(0)?.toString(16)).toBe(code);
});
