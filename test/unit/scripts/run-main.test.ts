import { parseArgs } from 'node:util';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runMain, ScriptError } from '../../../scripts/setup/run-main';

const script = process.argv[1]!;
const printed = vi.spyOn(console, 'error');

beforeEach(() => {
  printed.mockReset().mockImplementation(() => undefined);
  process.argv[1] = 'test/bench/main.ts';
});

afterEach(() => {
  printed.mockReset();
  process.argv[1] = script;
  process.exitCode = undefined;
});

/** The output of a script that fails in this way. */
async function printedOf(main: () => Promise<void>): Promise<unknown> {
  runMain(main);
  await vi.waitFor(() => {
    expect(printed).toHaveBeenCalledOnce();
  });
  expect(process.exitCode).toBe(1);
  return printed.mock.calls[0]![0];
}

test('a failure that says all there is to say is printed without a stack', async () => {
  expect(await printedOf(() => Promise.reject(new ScriptError('There is no network x.')))).toBe(
    'There is no network x.',
  );
});

test('an argument that a script does not take is named, and where its usage is', async () => {
  const parse = () => Promise.resolve().then(() => void parseArgs({ args: ['--hlp'], options: {} }));
  expect(await printedOf(parse)).toMatch(/^Unknown option '--hlp'.*\. How to call it .* test\/bench\/main\.ts\.$/);
});

test('any other failure is printed as it is', async () => {
  const error = new Error('broken');
  expect(await printedOf(() => Promise.reject(error))).toBe(error);
});
