import { expect, test } from 'vitest';
import { exitReason } from '../../../src/child/exit-reason';

test.each([
  [null, 'SIGTRAP', /SIGTRAP.*secateur\.engine\.nodePath/],
  [null, 'SIGILL', /SIGILL.*processor/],
  [null, 'SIGKILL', /SIGKILL.*memory/],
  [null, 'SIGUSR2', /^signal SIGUSR2$/],
  [3, null, /^exit code 3$/],
  [0xc0000135, null, /Visual C\+\+/],
  // Node gives the same code as a signed number on some versions.
  [0xc0000135 | 0, null, /Visual C\+\+/],
  [null, null, /gone/],
])('exit code %s, signal %s', (code, signal, words) => {
  expect(exitReason(code, signal)).toMatch(words);
});
