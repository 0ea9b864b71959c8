import type { Disposable, Event } from 'vscode';

declare module 'vscode' {
  /** A program that serves tools on stdio. Editors before 1.101 do not know it. */
  export const McpStdioServerDefinition:
    | (new (
        label: string,
        command: string,
        args: readonly string[],
        env: Readonly<Record<string, string>>,
        version: string,
      ) => object)
    | undefined;

  export namespace lm {
    export const registerMcpServerDefinitionProvider:
      | ((
          id: string,
          provider: { onDidChangeMcpServerDefinitions: Event<void>; provideMcpServerDefinitions(): object[] },
        ) => Disposable)
      | undefined;
  }
}
