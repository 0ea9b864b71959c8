import { expect, test } from 'vitest';
import { thirdPartyNotices } from '../../../scripts/setup/notices';

test('the notices name each bundled package, and the libraries within the codecs', () => {
  const text = thirdPartyNotices([JSON.stringify({ inputs: { 'node_modules/zod/index.js': {}, 'src/a.ts': {} } })], []);
  expect(text).toMatch(/^zod \d+\.\d+\.\d+, MIT$/m);
  expect(text).toContain('based in part on the work of the Independent JPEG Group');
  expect(text).toMatch(/^libwebp in webp_dec\.wasm, BSD-3-Clause$/m);
});
