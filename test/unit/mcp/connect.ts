import 'vscode-jsonrpc/node';
import { Client, InMemoryTransport, type CallToolResult, type RequestOptions } from '@modelcontextprotocol/client';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { disposeBackend } from 'tfjs-backend-onnxruntime';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { createService } from '../../../src/engine/requests/service';
import { createServer } from '../../../src/mcp/server';
import { engineRequests, type EngineRequests } from '../../../src/protocol/engine';
import { Peer, type Client as EngineClient } from '../../../src/rpc/peer';
import { Places } from '../../../src/tools/places';
import type { ToolWorld } from '../../../src/tools/tool';
import * as z from 'zod';
import { channelPair } from '../rpc/pair';

const nowhere = path.resolve('nowhere', 'dist', 'engine.js');

/** An engine in the process of the test file, asked as one in its own process is. */
export function engineHere(): { call: EngineClient<EngineRequests> } {
  const { left, right } = channelPair();
  const peer = new Peer(left);
  const call = peer.client(engineRequests);
  let cacheFolder = '';
  beforeAll(async () => {
    cacheFolder = await mkdtemp(path.join(tmpdir(), 'secateur-cache-'));
    const served = new Peer(right);
    served.serve(
      engineRequests,
      createService(nowhere, () => undefined),
    );
    served.listen();
    peer.listen();
    const sampleFolder = path.resolve('media/samples/fashion-mnist-sample');
    await call('initialize', { sampleFolder, cacheFolder, threads: 1, backend: 'onnxruntime' });
  });
  afterAll(async () => {
    disposeBackend();
    await rm(cacheFolder, { recursive: true, force: true });
  });
  return { call };
}

/** A client of the SDK that is connected to a server over these folders. */
export async function connect(
  { call }: ReturnType<typeof engineHere>,
  folders: readonly string[],
  others: readonly string[] = [],
  run: ToolWorld['run'] = (request, signal, onProgress) => call('run', { ...request }, { signal, onProgress }),
): Promise<Client> {
  const world: ToolWorld = {
    places: await Places.open(folders, others),
    ask: call,
    run,
  };
  const failures: string[] = [];
  const server = createServer('1.2.3', world, (line) => failures.push(line));
  const client = new Client({ name: 'test', version: '1' });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await server.connect(theirs);
  await client.connect(ours);
  onTestFinished(async () => {
    await client.close();
    if (failures.length > 0) throw new Error(failures.join('\n'));
  });
  return client;
}

/** The text of an answer. */
export const textOf = ({ content }: CallToolResult): string =>
  content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');

/** Calls a tool; its answer is data. @throws Error with the sentence where it is a failure */
export async function answer(
  client: Client,
  name: string,
  input: Record<string, unknown>,
  options: RequestOptions = {},
): Promise<Record<string, unknown>> {
  const result = await client.callTool({ name, arguments: input }, { timeout: 600_000, ...options });
  if (result.isError === true || result.structuredContent === undefined) throw new Error(textOf(result));
  return z.record(z.string(), z.unknown()).parse(result.structuredContent);
}

/** Calls a tool that refuses; its sentence. @throws Error where it does not */
export async function refusal(client: Client, name: string, input: Record<string, unknown>): Promise<string> {
  const result = await client.callTool({ name, arguments: input });
  if (result.isError !== true) throw new Error(`${name} did not refuse: ${textOf(result)}`);
  return textOf(result);
}
