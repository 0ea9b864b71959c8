/** A failure of a script with a complete message, which needs no stack. */
export class ScriptError extends Error {}

/** Runs a script. Prints a failure and sets exit code 1. */
export function runMain(main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    console.error(error instanceof ScriptError ? error.message : error);
    process.exitCode = 1;
  });
}
