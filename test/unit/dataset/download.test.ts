import { createServer, type RequestListener, type Server } from 'node:http';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { downloadDataset } from '../../../src/engine/dataset/download';
import { namedDataset, type NamedDataset } from '../../../src/engine/dataset/named';
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
async function refused(answer: RequestListener, dataset = namedDataset('fashion-mnist')!): Promise<unknown> {
  const folder = path.join(await temporaryFolder(), 'cache');
  const address = await serve(answer);
  const failure = await downloadDataset(dataset, folder, { address }).then(
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

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** CIFAR-10 of one image a file, as an archive that GNU tar writes; the first file may be left out. */
async function tinyCifar(leaveOut?: string): Promise<{ archive: Buffer; dataset: NamedDataset }> {
  const cifar10 = namedDataset('cifar10')!;
  const home = await temporaryFolder();
  const folder = path.join(home, 'cifar-10-batches-bin');
  await mkdir(folder);
  for (const [label, name] of cifar10.files.entries())
    if (name !== leaveOut) await writeFile(path.join(folder, name), Buffer.alloc(3073, label));
  await writeFile(path.join(folder, 'readme.html'), 'left out');
  await symlink('/etc/hostname', path.join(folder, 'batches.meta.txt'));
  await promisify(execFile)('tar', ['-czf', 'cifar.tar.gz', 'cifar-10-batches-bin'], { cwd: home });
  const archive = await readFile(path.join(home, 'cifar.tar.gz'));
  const download = { ...cifar10.downloads[0]!, bytes: archive.length, sha256: sha256(archive) };
  return { archive, dataset: { ...cifar10, archived: 3073, downloads: [download] } };
}

describe('an archive', () => {
  it('brings the files of the dataset and nothing else', async () => {
    const { archive, dataset } = await tinyCifar();
    const folder = path.join(await temporaryFolder(), 'cache');
    const asked: (string | undefined)[] = [];
    const address = await serve(({ url }, response) => {
      asked.push(url);
      response.end(archive);
    });
    await downloadDataset(dataset, folder, { address });
    expect(asked).toEqual(['/cifar-10-binary.tar.gz']);
    expect((await readdir(folder)).sort()).toEqual([...dataset.files].sort());
    expect(await readFile(path.join(folder, 'data_batch_3.bin'))).toEqual(Buffer.alloc(3073, 2));
  });

  it('that lacks a file, or has it in another size, is refused', async () => {
    const { archive, dataset } = await tinyCifar('data_batch_4.bin');
    const message = expect.stringMatching(/^The archive http:\S+ lacks data_batch_4\.bin of CIFAR-10: /) as never;
    expect(await refused((_, response) => response.end(archive), dataset)).toMatchObject({ message });
    const whole = await tinyCifar();
    const larger = { ...whole.dataset, archived: 3074 };
    expect(await refused((_, response) => response.end(whole.archive), larger)).toMatchObject({
      message: expect.stringMatching(/lacks data_batch_1\.bin of CIFAR-10/) as never,
    });
  });

  it('of another checksum is not even opened', async () => {
    const { dataset } = await tinyCifar();
    const { archive } = await tinyCifar('data_batch_1.bin');
    expect(await refused((_, response) => response.end(archive), dataset)).toMatchObject({
      message: expect.stringMatching(/is not the file of CIFAR-10 that it should be, its checksum differs/) as never,
    });
  });
});

describe('a packed file', () => {
  it('is checked as it was sent', async () => {
    const mnist = namedDataset('mnist')!;
    const files = new Map(mnist.downloads.map(({ name }, i) => [`/${name}`, gzipSync(Buffer.alloc(10, i))]));
    const downloads = mnist.downloads.map((one) => ({ ...one, sha256: sha256(files.get(`/${one.name}`)!) }));
    const folder = path.join(await temporaryFolder(), 'cache');
    const address = await serve(({ url }, response) => response.end(files.get(url!)));
    await downloadDataset({ ...mnist, downloads }, folder, { address });
    expect((await readdir(folder)).sort()).toEqual(downloads.map(({ name }) => name).sort());
    expect(await refused(({ url }, response) => response.end(files.get(url!)), mnist)).toMatchObject({
      message: expect.stringMatching(/train-images-idx3-ubyte\.gz is not the file of MNIST/) as never,
    });
  });
});
