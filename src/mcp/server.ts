import {
  ProtocolError,
  ProtocolErrorCode,
  McpServer,
  type CallToolResult,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { CancelledError, UserError } from '../protocol/errors';
import { objectSchema } from '../tools/json-schema';
import { tools } from '../tools/list';
import { callTool, type ToolProgress, type ToolWorld } from '../tools/tool';
import { listResources, readResource, RESOURCE_TEMPLATES } from './resources';

/** The least milliseconds between two notifications of progress. */
const PAUSE = 200;
/** The protocol lets progress only rise: by so much rises that of news about work whose share does not grow. */
const LEAST_RISE = 1e-6;

const INSTRUCTIONS =
  'Secateur compresses TensorFlow.js models. A usual job: inspect the model, evaluate it, ask advise for recipes with a goal, plan a step to see what it would come to, run_recipe into a new folder, and compare the outcome with the model. Report figures of the test split with the number of examples, and say which size is meant: files, gzip or packed.';

/** Makes a server of the tools. One serves one connection. */
export function createServer(version: string, world: ToolWorld, log: (line: string) => void): McpServer {
  const made = new McpServer(
    { name: 'secateur', title: 'Secateur', version },
    { capabilities: { tools: {}, resources: {} }, instructions: INSTRUCTIONS },
  );
  // Input is checked by our own schemas, so that a fault is told in one sentence.
  const { server } = made;
  server.setRequestHandler('tools/list', () => ({
    tools: tools.map(({ name, title, description, input, output, writes }) => ({
      ...{ name, title, description },
      inputSchema: objectSchema(input),
      outputSchema: objectSchema(output, 'output'),
      // Nothing is ever overwritten, and named datasets are downloaded.
      annotations: {
        title,
        readOnlyHint: !writes,
        destructiveHint: false,
        idempotentHint: !writes,
        openWorldHint: true,
      },
    })),
  }));
  server.setRequestHandler('tools/call', async ({ params }, context): Promise<CallToolResult> => {
    const tool = tools.find(({ name }) => name === params.name);
    if (!tool)
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        `There is no tool "${params.name}": use ${tools.map(({ name }) => name).join(', ')}.`,
      );
    try {
      const { signal } = context.mcpReq;
      const { data, text } = await callTool(tool, params.arguments, world, { signal, report: reporter(context) });
      return { content: [{ type: 'text', text }], structuredContent: data };
    } catch (error) {
      return { content: [{ type: 'text', text: sentence(error, log) }], isError: true };
    }
  });
  server.setRequestHandler('resources/list', async () => ({ resources: await listResources(world.places) }));
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: RESOURCE_TEMPLATES }));
  server.setRequestHandler('resources/read', async ({ params: { uri } }) => {
    try {
      return { contents: [await readResource(uri, world.places)] };
    } catch (error) {
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, sentence(error, log));
    }
  });
  return made;
}

/** Passes on progress, where the client asked for it: not too often, and each time a little more. */
function reporter({ mcpReq }: ServerContext): (progress: ToolProgress) => void {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return () => undefined;
  let last = 0;
  let progress = -1;
  return ({ done, total, message }) => {
    const now = performance.now();
    const next = Math.max(done, progress + LEAST_RISE);
    if ((total !== undefined && next > total) || (now - last < PAUSE && progress >= 0)) return;
    last = now;
    progress = next;
    const params = { progressToken, progress, message, ...(total === undefined ? {} : { total }) };
    // A client that is gone hears nothing.
    mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined);
  };
}

/** Returns one sentence for an agent; the log gets the rest. */
function sentence(error: unknown, log: (line: string) => void): string {
  if (error instanceof UserError) return error.message;
  if (error instanceof CancelledError) return 'Cancelled; nothing is half-written.';
  log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return 'Secateur failed inside; its log on stderr has the details, where it was started with --verbose.';
}
