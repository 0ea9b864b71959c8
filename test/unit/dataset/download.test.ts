import { createServer, type RequestListener, type Server } from 'node:http';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { downloadFashionMnist } from '../../../src/engine/dataset/download';
import { temporaryFolder } from '../temporary';

const MIB = 1024 * 1024;
/** What no file may exceed, packed or unpacked. */
const MOST = 64 * MIB;

async function serve(answer: RequestListener): Promise<string> {
  const server: Server = createServer(answer);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`;
}

/** Tries a download; answers with its failure, and checks that it left nothing. */
async function refused(answer: RequestListener): Promise<unknown> {
  const folder = path.join(await temporaryFolder(), 'cache');
  const address = await serve(answer);
  const failure = await downloadFashionMnist(folder, { address }).then(
    () => undefined,
    (error: unknown) => error,
  );
  await expect(readdir(folder)).rejects.toThrow(/ENOENT/);
  return failure;
}

const TOO_LARGE =
  /^The file http:\S+\.gz is larger than any of Fashion-MNIST, so it was not fetched: try again later\.$/;

describe('a download', () => {
  it('that announces more than any file has is not begun', async () => {
    let sent = 0;
    const failure = await refused((_, response) => {
      response.writeHead(200, { 'content-length': MOST + 1 });
      response.write(Buffer.alloc(1000), () => (sent += 1000));
    });
    expect(failure).toMatchObject({ name: 'UserError', message: expect.stringMatching(TOO_LARGE) as never });
    expect(sent).toBeLessThanOrEqual(1000);
  });

  it('that never ends is left once it has brought more than any file has', async () => {
    let [sent, closed] = [0, false];
    const failure = await refused((_, response) => {
      response.on('close', () => (closed = true));
      const chunk = Buffer.alloc(MIB);
      const more = (): void => {
        if (!closed)
          response.write(chunk, () => {
            sent += chunk.length;
            setImmediate(more);
          });
      };
      more();
    });
    expect(failure).toMatchObject({ name: 'UserError', message: expect.stringMatching(TOO_LARGE) as never });
    // Some of it may be on its way.
    expect(sent).toBeLessThan(2 * MOST);
  });

  it('that is small and unpacks to more than any file has is not unpacked to its end', async () => {
    const packed = gzipSync(Buffer.alloc(MOST + 1), { level: 9 });
    expect(packed.length).toBeLessThan(MIB);
    const failure = await refused((_, response) => response.end(packed));
    expect(failure).toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/^The file http:\S+ arrived damaged: try again later\.$/) as never,
    });
  });
});
