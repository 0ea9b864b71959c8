import { expect, test } from 'vitest';
import { newNonce, pageHtml } from '../../../../src/extension/panel/html';

const parts = {
  cspSource: 'https://*.vscode-cdn.net',
  script: 'https://x/main.js',
  style: 'https://x/main.css',
  language: 'en',
};

test('allows the one script by its nonce, and nothing inline or from elsewhere', () => {
  const html = pageHtml(parts, 'NONCE');
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1];
  expect(policy).toBe(
    "default-src 'none'; base-uri 'none'; form-action 'none'; script-src 'nonce-NONCE'; worker-src blob:; style-src https://*.vscode-cdn.net; " +
      'font-src https://*.vscode-cdn.net; img-src https://*.vscode-cdn.net data:',
  );
  expect(html.match(/<script/g)).toHaveLength(1);
  expect(html).toContain('<script nonce="NONCE" src="https://x/main.js"></script>');
  expect(html).not.toMatch(/<style|style="|unsafe/);
});

test('a nonce is long and never the same', () => {
  expect(Buffer.from(newNonce(), 'base64')).toHaveLength(24);
  expect(newNonce()).not.toBe(newNonce());
});

test('values from outside cannot leave their attribute', () => {
  expect(pageHtml({ ...parts, script: '"><script>alert(1)</script>' }, 'N')).not.toContain('<script>alert');
});
