import path from 'node:path';

/** A failure of a script with a complete message, so that no stack is printed. */
export class ScriptError extends Error {}

/** Runs a script to its end. A failure is printed and gives exit code 1. */
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

/** True for an unknown argument that Node's `parseArgs` has found; its message names the argument. */
const isAboutArguments = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');
