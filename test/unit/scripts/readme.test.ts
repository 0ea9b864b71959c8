import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { frameCount } from '../../../scripts/setup/animation';
import { extensionPage } from '../../../scripts/setup/readme';

const readme = readFileSync('README.md', 'utf8');

test('the page of the extension has its pictures with it, and no link to a file that is not there', () => {
  const page = extensionPage(readme, (file) => readFileSync(file));
  expect(page.match(/!\[\]\(data:image\/png;base64,iVBOR/g)).toHaveLength(readme.match(/!\[/g)?.length ?? 0);
  // Nothing is in the place of a picture that a version of VS Code does not show, not even an empty paragraph.
  expect(page).not.toMatch(/\n\n!\[\]/);
  const links = [...page.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link);
  expect(links.filter((link) => !/^(https:|data:image\/png|#)/.test(link ?? ''))).toEqual([]);
});

test('the page of the extension tells what a person gets, and not where the project explains or builds itself', () => {
  const page = extensionPage(readme, () => Buffer.from(''));
  expect(page.match(/^## .+$/gm)).toEqual(['## Try it', '## What it does', '## Methods', '## Licence']);
  expect(page).not.toMatch(/npm |docs\/|CONTRIBUTING|how to build/);
  // Each row still has its method and its command.
  const rows = page.split('\n').filter((line) => line.startsWith('|'));
  expect(rows.slice(2).filter((row) => !/^\|[^|]+\| `secateur [^|]+\|$/.test(row))).toEqual([]);
  expect(rows).toHaveLength(readme.split('\n').filter((line) => line.startsWith('|')).length);
});

test('items and columns that only lead to files are left out; a table of other links and a plain one stay', () => {
  const given = `## A

- [File](docs/a.md): more
  of it.
- [Site](https://a.example/x): stays.
- See [b](docs/b.md).

## B

- [File](docs/b.md)

| x | more |
| - | ---- |
| 1 | [c](https://a.example/c) |
| 2 | [d](docs/d.md) |

## C

- [File](docs/c.md)

| x | more |
| - | ---- |
| 1 | [e](docs/e.md#f) |

## D

- [File](docs/d.md)
`;
  expect(extensionPage(given, () => Buffer.from(''))).toBe(`## A

- [Site](https://a.example/x): stays.
- See b.

## B


| x | more |
| - | ---- |
| 1 | [c](https://a.example/c) |
| 2 | d |

## C


| x |
| - |
| 1 |

`);
});

test('other links, and pictures from elsewhere, stay', () => {
  const given = '[a](https://a.example/x) ![b](https://a.example/b.png) [c](docs/c.md) [d](#d) ![e](e.png)';
  expect(extensionPage(given, () => Buffer.from('e'))).toBe(
    '[a](https://a.example/x) ![b](https://a.example/b.png) c [d](#d) ![](data:image/png;base64,ZQ==)',
  );
});

test('the README shows one animated picture of at most 2 MB', () => {
  const [picture, ...others] = [...readme.matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map(([, file = '']) =>
    readFileSync(file),
  );
  expect(others).toEqual([]);
  expect(picture?.length).toBeLessThan(2_000_000);
  expect(frameCount(picture ?? Buffer.alloc(0))).toBeGreaterThan(10);
});

test('the README begins with what the extension does; building comes last', () => {
  const [, start = '', features = ''] = readme.split(/^## /m);
  expect(start.startsWith('Try it')).toBe(true);
  expect(`${start}${features}`).not.toMatch(/npm /);
});

test('the figures of the README are those of the measured results', () => {
  const results = readFileSync('docs/results.md', 'utf8');
  const smallest = results.split('## The smallest files')[1] ?? '';
  const [, weights = ''] = /take ([\d,]+) bytes/.exec(smallest.replaceAll('\n', ' ')) ?? [];
  const row = /^\| 2\.6 %[^|]*\|([^|]*)\|.*$/m.exec(smallest);
  const [, dense = ''] = /^\| dense, 9 epochs \|.*?\| (\d+\.\d+ %) ±/m.exec(results) ?? [];
  const [, packed = ''] = /\| (\d+\.\d+ %) ±/.exec(row?.[0] ?? '') ?? [];
  const rounded = (text: string, unit: number, digits: number) =>
    (Number(text.replaceAll(',', '')) / unit).toFixed(digits);
  for (const text of [readme, readFileSync('README.zh-cn.md', 'utf8')]) {
    expect(text).toContain(`${rounded(weights, 1e6, 1)} MB`);
    expect(text).toContain(`${rounded(row?.[1] ?? '', 1e3, 0)} KB`);
    expect(text).toContain(dense);
    expect(text).toContain(packed);
  }
});
