import path from 'node:path';
import { bytes } from '../../../protocol/format';
import { visible } from '../../../protocol/visible';
import { resolveModelPath } from '../../checkpoint/paths';
import type { CommonOptions, LocalEngine } from '../engine';
import type { Terminal } from '../terminal';

export interface UnpackCommand extends CommonOptions {
  out: string;
}

/** `secateur unpack` */
export async function unpack(
  given: string,
  { out, json }: UnpackCommand,
  engine: LocalEngine,
  terminal: Terminal,
): Promise<void> {
  const written = await engine.ask('unpack', { model: await resolveModelPath(given), out: path.resolve(out) });
  await terminal.result(
    json ? JSON.stringify(written) : `${bytes(written.bytes)} written to ${visible(written.out)} and its shards`,
  );
}
