import { expect, test } from 'vitest';
import type { EngineState } from '../../../../src/extension/child/shared-engine';
import { COMMANDS } from '../../../../src/extension/constants';
import { plain } from '../../../../src/extension/ui/plain';
import { statusLabel, statusText, statusTooltip } from '../../../../src/extension/ui/status-text';

const up: EngineState = {
  phase: 'up',
  message: 'The engine is running.',
  info: { version: '1', pid: 42, node: '24.1.0', backend: { name: 'onnx', version: '1.30', threads: 2 } },
};
const job = {
  id: 'a b',
  title: 'Train [cnn]',
  clock: { share: 0.25, secondsLeft: 3 },
};

test('shows the engine, or the first run and the number of others', () => {
  expect(statusText(up, [])).toBe('$(check) Secateur');
  expect(statusText({ phase: 'failed', message: 'x' }, [])).toBe('$(error) Secateur');
  expect(statusText(up, [job])).toBe('$(sync~spin) Train [cnn] 25%, 3 s left');
  expect(statusText(up, [{ ...job, clock: { share: 0 } }, job])).toBe('$(sync~spin) Train [cnn] 0% (+1)');
});

test('gives screen readers the same text', () => {
  expect(statusLabel(up, [job])).toBe('Secateur: The engine is running.: Train [cnn] 25%, 3 s left');
});

test('the tooltip names the engine and links the commands, each run with its own cancel', () => {
  const text = statusTooltip(up, [job], COMMANDS);
  expect(text).toContain('Engine 42');
  expect(text).toContain('(command:secateur.cancelRun?%5B%22a%20b%22%5D)');
  expect(text).toContain('(command:secateur.showLog)');
  expect(text).toContain('(command:secateur.restartEngine)');
});

test('a name cannot add a link to the tooltip', () => {
  const evil = { ...job, title: '[x](command:workbench.action.quit)' };
  expect(statusTooltip(up, [evil], COMMANDS)).not.toContain('[x](command:');
});

test('a name makes no icon, no line and no link anywhere in the editor', () => {
  const evil = { ...job, title: 'a$(trash)\n[run](command:workbench.action.quit)\u202e' };
  expect(statusText(up, [evil])).toBe(
    '$(sync~spin) a$ (trash)\\n[run] (command:workbench.action.quit)\\u202e 25%, 3 s left',
  );
  expect(statusTooltip(up, [evil], COMMANDS)).not.toMatch(/\$\(trash|\]\(command:workbench/);
  expect(plain('see [this](command:x) $(gear)')).toBe('see [this] (command:x) $ (gear)');
});
