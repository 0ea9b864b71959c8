import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { Comparison } from '../../../src/protocol/measure/compare';
import { Inspection } from '../../../src/protocol/model';
import { PackedSizes } from '../../../src/protocol/measure/packing';
import { temporaryFolder } from '../temporary';
import { secateurHere } from './secateur';

const secateur = secateurHere();
const FASHION = path.resolve('media/samples/fashion-cnn');

/** A pruned and quantized model, packed: made once, because it takes seconds. */
let made: Promise<{ folder: string; file: string; sizes: PackedSizes }> | undefined;
const packedSparse = () => (made ??= makeSparse());

async function makeSparse(): Promise<{ folder: string; file: string; sizes: PackedSizes }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'secateur-test-'));
  const [sparse, file] = [path.join(folder, 'sparse'), path.join(folder, 'new', 'net.secateur')];
  for (const args of [
    ['prune', FASHION, '--sparsity', '0.95', '--out', path.join(folder, 'pruned')],
    ['quantize', path.join(folder, 'pruned'), '--bits', 'uint8', '--out', sparse],
  ])
    expect((await secateur(args)).code).toBe(0);
  const packed = await secateur(['pack', sparse, '--out', file, '--json']);
  expect(packed.code, packed.stderr).toBe(0);
  return { folder, file, sizes: PackedSizes.parse(JSON.parse(packed.stdout)) };
}

afterAll(async () => {
  if (made) await rm((await made).folder, { recursive: true, force: true });
});

describe('secateur pack and unpack', () => {
  it('write one small file without loss, and say the sizes of the files that are there', async () => {
    const { folder, file, sizes } = await packedSparse();
    const bytes = await readFile(file);
    expect(sizes.bytes).toBe(bytes.byteLength);
    expect(sizes.sha256).toBe(bytes.subarray(-32).toString('hex'));
    const original = await readCheckpoint(path.join(folder, 'sparse', 'model.json'));
    expect(sizes.unpacked.bytes).toBe(original.files.reduce((sum, one) => sum + one.bytes, 0));
    // Below the entropy of places and values of zero order.
    const weights = sizes.layers.reduce((sum, layer) => sum + layer.packedBits, 0);
    expect(weights).toBeLessThan(sizes.idealBits);
    expect(sizes.bytes * 1.45).toBeLessThan(sizes.unpacked.gzipBytes);
    expect(sizes.advice).toBeUndefined();

    const back = path.join(folder, 'back');
    expect((await secateur(['unpack', file, '--out', back])).code).toBe(0);
    for (const { name } of original.files)
      expect((await readFile(path.join(back, name))).equals(await readFile(path.join(folder, 'sparse', name)))).toBe(
        true,
      );

    const inspected = async (model: string): Promise<Inspection> =>
      Inspection.parse(JSON.parse((await secateur(['inspect', model, '--json'])).stdout));
    const [ofFile, ofFolder] = [await inspected(file), await inspected(back)];
    expect(ofFile.totals.packedBytes).toBe(sizes.bytes);
    expect(ofFolder.totals.packedBytes).toBe(sizes.bytes);
    expect(ofFolder.totals.idealBits).toBe(sizes.idealBits);
    expect(ofFile.layers).toEqual(ofFolder.layers);
    const sizesOf = (layers: Pick<Inspection['layers'][number], 'name' | 'packedBits' | 'idealBits'>[]) =>
      layers.map(({ name, packedBits, idealBits }) => ({ name, packedBits, idealBits }));
    expect(sizesOf(ofFile.layers)).toEqual(sizesOf(sizes.layers));

    const { stdout } = await secateur(['compare', file, original.path, '--json']);
    const { a, b, layers } = Comparison.parse(JSON.parse(stdout));
    expect([a.totals.packedBytes, b.totals.packedBytes]).toEqual([sizes.bytes, sizes.bytes]);
    expect(sizesOf(layers.map((layer) => ({ name: layer.name, ...layer.b })))).toEqual(sizesOf(sizes.layers));
  });

  it('take a packed file where they take a model, and never overwrite one', async () => {
    const { folder, file } = await packedSparse();
    const before = await readFile(file);
    const again = await secateur(['pack', file, '--out', file]);
    expect([again.code, again.stderr]).toEqual([
      1,
      `"${file}" is there already and is never overwritten: choose another name.\n`,
    ]);
    expect((await readFile(file)).equals(before)).toBe(true);
    const pruned = await secateur(['prune', file, '--sparsity', '0.97', '--out', path.join(folder, 'more')]);
    expect(pruned.code, pruned.stderr).toBe(0);
    const compared = await secateur(['compare', file, path.join(folder, 'sparse')]);
    expect(compared.stdout).toContain('30.2 kB');
  });

  it('round biases on demand, and say by how much', async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, 'net.secateur');
    const packed = await secateur(['pack', FASHION, '--small-weights', '12', '--out', file, '--json']);
    const { largestChange, advice } = PackedSizes.parse(JSON.parse(packed.stdout));
    expect(largestChange?.share).toBeGreaterThan(0);
    expect(largestChange?.share).toBeLessThan(2 ** -11);
    expect(advice?.[0]).toMatch(
      /^The packed file is 8\d\.\d+% of the unpacked ones, because most of it is "dense1\/kernel", whose weights are 32-bit floats with more than 65,536 distinct values, 0\.00% of them 0: cluster or quantize it first, and prune it\.$/,
    );
    const [was, is] = [await readCheckpoint(path.join(FASHION, 'model.json')), await readCheckpoint(file)];
    expect(is.tensors.get('dense1/kernel')).toEqual(was.tensors.get('dense1/kernel'));
    expect(new Set(is.tensors.get('dense1/bias')!.data)).not.toEqual(new Set(was.tensors.get('dense1/bias')!.data));
  });

  it('refuse what is no packed model any more, with one sentence', async () => {
    const { folder, file } = await packedSparse();
    const whole = await readFile(file);
    const bent = async (change: (bytes: Buffer) => Buffer): Promise<string> => {
      const other = path.join(folder, 'bent.secateur');
      await writeFile(other, change(Buffer.from(whole)));
      const { code, stderr } = await secateur(['unpack', other, '--out', path.join(folder, 'bent')]);
      expect(code).toBe(1);
      return stderr;
    };
    const changed =
      '"bent.secateur" was changed or cut short since it was packed: copy it again from where it was whole.\n';
    expect(await bent((bytes) => bytes.subarray(0, -100))).toBe(changed);
    expect(await bent((bytes) => bytes.subarray(0, 6))).toBe(changed);
    expect(await bent((bytes) => (bytes.writeUInt8(bytes[5000]! ^ 4, 5000), bytes))).toBe(changed);
    expect(await bent((bytes) => (bytes.writeUInt8(7, 4), bytes))).toBe(
      '"bent.secateur" is a packed model of version 7, and this program reads version 1: use the program that packed it.\n',
    );
    await expect(readFile(path.join(folder, 'bent', 'model.json'))).rejects.toThrow('ENOENT');
  });
});
