/** A failure of a script whose message says all there is to say, so that no stack is printed. */
export class ScriptError extends Error {}

/** Runs a script to its end: a failure is printed and becomes exit code 1. */
export function runMain(main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    console.error(error instanceof ScriptError ? error.message : error);
    process.exitCode = 1;
  });
}
