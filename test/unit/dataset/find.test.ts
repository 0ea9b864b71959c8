import { createServer, type Server } from 'node:http';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DEBIAN_FOLDER } from '../../../src/engine/dataset/fashion-mnist';
import { findDataset, type DataPlaces, type FindOptions } from '../../../src/engine/dataset/find';
import { openDataset } from '../../../src/engine/dataset/dataset';
import { CancelledError, UserError } from '../../../src/protocol/errors';
import { temporaryFolder } from '../temporary';
import { writeTinyDataset } from './idx-files';

const tiny = { train: 6, test: 6, size: 2, classes: 2 };

/** A machine with nothing on it; `have` makes a dataset in some of its places. */
async function machine(...have: ('setting' | 'debian' | 'cache' | 'sample')[]): Promise<DataPlaces & { home: string }> {
  const home = await temporaryFolder();
  const folder = (name: string): string => path.join(home, name);
  const places = { home, sampleFolder: folder('sample'), cacheFolder: folder('cache'), debianFolder: folder('debian') };
  for (const place of have) await writeTinyDataset(folder(place === 'cache' ? 'cache/fashion-mnist' : place), tiny);
  return have.includes('setting') ? { ...places, dataFolder: folder('setting') } : places;
}

async function serve(answer: Parameters<typeof createServer>[1]): Promise<string> {
  const server: Server = createServer(answer as never);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`;
}

const found = async (places: DataPlaces, options: Partial<FindOptions> = {}): Promise<string> =>
  path.basename(
    (
      await findDataset({ descriptor: { source: 'fashion-mnist' }, baseFolder: '/' }, places, {
        download: false,
        ...options,
      })
    ).place.path,
  );

describe('fashion-mnist', () => {
  it('is looked for in the setting, then where Debian puts it, then in the cache, then among what ships', async () => {
    expect(await found(await machine('setting', 'debian', 'cache', 'sample'))).toBe('setting');
    expect(await found(await machine('debian', 'cache', 'sample'))).toBe('debian');
    expect(await found(await machine('cache', 'sample'))).toBe('fashion-mnist');
    expect(await found(await machine('sample'))).toBe('sample');
  });

  it('is not looked for elsewhere when the setting names a folder without it', async () => {
    const places = await machine('debian', 'sample');
    await expect(found({ ...places, dataFolder: places.home })).rejects.toThrow(
      /in the setting secateur\.data\.folder holds nothing that Secateur reads/,
    );
  });

  it('offline is the sample, with a sentence that names the package and the setting', async () => {
    const notes: string[] = [];
    const options = { download: true, address: 'http://127.0.0.1:9/', onNote: (note: string) => void notes.push(note) };
    expect(await found(await machine('sample'), options)).toBe('sample');
    expect(notes).toEqual([expect.stringMatching(/dataset-fashion-mnist, or set secateur\.data\.folder/)]);
  });

  it('offline and without a sample is that sentence', async () => {
    await expect(found(await machine(), { download: true, address: 'http://127.0.0.1:9/' })).rejects.toThrow(
      /could not be fetched from .*: install Debian's package dataset-fashion-mnist, or set secateur\.data\.folder/,
    );
  });

  it('is kept from a download only when every file is the right one', async () => {
    const notes: string[] = [];
    const address = await serve((_, response) => response.end('something else'));
    const places = await machine('sample');
    const onNote = (note: string): void => void notes.push(note);
    expect(await found(places, { download: true, address, onNote })).toBe('sample');
    expect(notes).toHaveLength(1);
    await expect(readdir(places.cacheFolder)).rejects.toThrow(/ENOENT/);
  });

  it('is downloaded with progress and found in the cache afterwards', async () => {
    const { createReadStream } = await import('node:fs');
    const address = await serve((request, response) => {
      createReadStream(path.join(DEBIAN_FOLDER, path.basename(request.url ?? ''))).pipe(response);
    });
    const places = await machine();
    const told: number[] = [];
    await mkdir(places.cacheFolder);
    const options = { download: true, address, onProgress: ({ done }: { done: number }) => void told.push(done) };
    expect(await found(places, options)).toBe('fashion-mnist');
    expect(told.length).toBeGreaterThan(0);
    expect(await found(places)).toBe('fashion-mnist');
  });

  it('stops a download when it is cancelled, and leaves nothing', async () => {
    const abort = new AbortController();
    const address = await serve(() => abort.abort());
    const places = await machine('sample');
    await expect(found(places, { download: true, address, signal: abort.signal })).rejects.toThrow(CancelledError);
    await expect(readdir(places.cacheFolder)).rejects.toThrow(/ENOENT/);
  });
});

describe('another dataset by name', () => {
  const find = (
    source: string,
    places: DataPlaces,
    options: Partial<FindOptions> = {},
  ): ReturnType<typeof findDataset> =>
    findDataset({ descriptor: { source }, baseFolder: '/' }, places, { download: false, ...options });

  it('is looked for in a folder of its name in the setting, then in the cache, and has its name and classes', async () => {
    const places = await machine('debian', 'sample');
    const dataFolder = path.join(places.home, 'mine');
    await writeTinyDataset(path.join(places.cacheFolder, 'kmnist'), tiny);
    const cached = await openDataset('kmnist', '/', { ...places, dataFolder }, { download: false });
    expect(cached.info.folder).toBe(path.join(places.cacheFolder, 'kmnist'));
    expect(cached.info).toMatchObject({
      name: 'kmnist',
      sample: false,
      classNames: expect.arrayContaining(['tsu']) as never,
    });
    await writeTinyDataset(path.join(dataFolder, 'kmnist'), tiny);
    expect((await find('kmnist', { ...places, dataFolder })).place.path).toBe(path.join(dataFolder, 'kmnist'));
  });

  it('is neither what the setting holds for Fashion-MNIST nor the sample', async () => {
    const places = await machine('setting', 'debian', 'sample');
    const options = { download: true, address: 'http://127.0.0.1:9/' };
    await expect(find('mnist', places, options)).rejects.toThrow(
      new UserError(
        `MNIST is not on this machine (looked for in ${places.dataFolder}/mnist, ${places.cacheFolder}/mnist) and could not be ` +
          `fetched from http://127.0.0.1:9/: put its files into ${places.cacheFolder}/mnist, or name the folder in which you ` +
          `have them (train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte).`,
      ),
    );
  });

  it('may lie in the folder of the setting where its files have names of their own', async () => {
    const places = await machine();
    const dataFolder = path.join(places.home, 'mine');
    await mkdir(dataFolder);
    const files = [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`);
    for (const name of files) await writeFile(path.join(dataFolder, name), Buffer.alloc(3073, 9));
    await expect(find('cifar10', { ...places, dataFolder })).rejects.toThrow(/CIFAR-10 is not on this machine/);
    await writeFile(path.join(dataFolder, 'test_batch.bin'), Buffer.alloc(3073, 9));
    const { info } = await openDataset('cifar10', '/', { ...places, dataFolder }, { download: false });
    expect(info).toMatchObject({ name: 'cifar10', examples: { test: 1 } });
    expect(info.classNames[9]).toBe('truck');
  });
});

describe('a folder', () => {
  it('starts from the base folder', async () => {
    const places = await machine('setting');
    const { place } = await findDataset({ descriptor: { source: 'setting' }, baseFolder: places.home }, places, {
      download: false,
    });
    expect(place.path).toBe(places.dataFolder);
  });
});
