import { toolId } from '../../src/extension/constants';
import { objectSchema } from '../../src/tools/json-schema';
import { tools } from '../../src/tools/list';

/** A tool in `contributes.languageModelTools` of package.json. */
export interface ToolContribution {
  readonly name: string;
  readonly toolReferenceName: string;
  readonly displayName: string;
  readonly userDescription: string;
  readonly modelDescription: string;
  readonly canBeReferencedInPrompt: boolean;
  readonly icon: string;
  readonly tags: readonly string[];
  readonly inputSchema: object;
}

/** The tools for agents, as the editor must know them before it loads the extension. */
export const toolContributions = (): ToolContribution[] =>
  tools.map(({ name, description, input }) => ({
    name: toolId(name),
    toolReferenceName: camelCase(toolId(name)),
    displayName: `%tool.${name}%`,
    userDescription: `%tool.${name}.does%`,
    modelDescription: description,
    canBeReferencedInPrompt: true,
    icon: '$(filter)',
    tags: ['machine learning', 'model compression', 'secateur'],
    inputSchema: objectSchema(input, 'input', 'draft-7'),
  }));

const camelCase = (id: string): string => id.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
