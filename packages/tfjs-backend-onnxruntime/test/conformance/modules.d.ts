/** `run.ts` generates this module: a function that loads each spec file of tfjs-core. */
declare module 'tfjs-core-specs' {
  export const specs: Readonly<Record<string, () => void>>;
}

declare module '@tensorflow/tfjs-core/dist/jasmine_util' {
  export function setTestEnvs(environments: { name: string; backendName: string; isDataSync: boolean }[]): void;
}

/** The part of jasmine-core that the runner calls; the package has no types. */
declare module 'jasmine-core' {
  interface SpecResult {
    readonly fullName: string;
    readonly status: 'passed' | 'failed' | 'pending' | 'excluded';
    readonly failedExpectations: readonly { readonly message: string }[];
  }
  interface Environment {
    configure(options: { random: boolean }): void;
    addReporter(reporter: { specDone: (result: SpecResult) => void }): void;
    execute(): Promise<unknown>;
  }
  interface Core {
    /** Defines the globals `describe`, `it` and the others. */
    boot(core: Core): { getEnv(): Environment };
  }
  const core: Core;
  export default core;
}

/** A global of jasmine-core. */
declare var describe: (name: string, define: () => void) => void; // eslint-disable-line no-var
