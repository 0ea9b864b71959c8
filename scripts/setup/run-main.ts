import path from 'node:path';

/** A failure of a script whose message says all there is to say, so that no stack is printed. */
export class ScriptError extends Error {}

/** Runs a script to its end: a failure is printed and becomes exit code 1. */
export function runMain(main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    console.error(toldOf(error));
    process.exitCode = 1;
  });
}

function toldOf(error: unknown): unknown {
  if (error instanceof ScriptError) return error.message;
  if (!isAboutArguments(error)) return error;
  return `${error.message}. How to call it stands at the head of ${path.relative('.', process.argv[1]!)}.`;
}

/** Whether Node's `parseArgs` has found an argument that the script does not take: its message says which. */
const isAboutArguments = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');
