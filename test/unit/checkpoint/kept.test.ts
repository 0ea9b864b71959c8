import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { CheckpointStore } from '../../../src/engine/checkpoint/store';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { UserError } from '../../../src/protocol/errors';
import { tinyModel, tinyWeights } from '../../fixtures/tiny-model';
import { temporaryFolder } from '../temporary';

type Json = Record<string, unknown>;

/** A checkpoint as other programs leave it, with fields that Secateur does not know. */
async function foreignCheckpoint(name = 'weights.bin'): Promise<string> {
  const folder = await temporaryFolder();
  const { modelTopology, weightsManifest } = tinyModel();
  const [group] = weightsManifest;
  const weights = group!.weights.map((entry) => ({ ...entry, unknown: { of: 'entry' } }));
  const text = JSON.stringify({
    zeta: [1e-7, 12345678901, 'é\u2028', null],
    format: 'layers-model',
    signature: { outputs: { b: { name: 'b:0' }, a: { name: 'a:0' } } },
    modelTopology,
    initializerSignature: { outputs: {} },
    weightsManifest: [{ paths: [name], weights, more: true }],
    trainingConfig: { loss: 'mse', optimizer_config: { class_name: 'Adam', config: { lr: 0.1 } } },
    userDefinedMetadata: { other: { program: [1, 2] } },
    modelInitializer: { node: [] },
    convertedBy: null,
  });
  const text2 = text.replace(/}$/, ',"__proto__":{"x":1}}');
  await writeFile(path.join(folder, 'model.json'), text2);
  await writeFile(path.join(folder, name), tinyWeights());
  return folder;
}

const jsonIn = async (folder: string): Promise<Json> =>
  JSON.parse(await readFile(path.join(folder, 'model.json'), 'utf8')) as Json;
const read = (folder: string) => readCheckpoint(path.join(folder, 'model.json'));

describe('a checkpoint of another program', () => {
  it('keeps every field that is not rewritten, in its place, and the name of its one shard', async () => {
    const folder = await foreignCheckpoint();
    const out = path.join(await temporaryFolder(), 'out');
    const model = await read(folder);
    await writeCheckpoint(out, model);
    expect(await readFile(path.join(out, 'model.json'), 'utf8')).toBe(
      await readFile(path.join(folder, 'model.json'), 'utf8'),
    );
    expect(await readFile(path.join(out, 'weights.bin'))).toEqual(await readFile(path.join(folder, 'weights.bin')));
    const changed = path.join(await temporaryFolder(), 'changed');
    await writeCheckpoint(changed, { ...model, metadata: { ...model.metadata, mine: 1 } });
    const [before, after] = [await jsonIn(folder), await jsonIn(changed)];
    expect(Object.keys(after)).toEqual(Object.keys(before));
    expect(after).toEqual({ ...before, userDefinedMetadata: { other: { program: [1, 2] }, mine: 1 } });
  });

  it('takes its labels along, but nothing else that lies there, and over nothing', async () => {
    const folder = await foreignCheckpoint();
    const elsewhere = await temporaryFolder();
    await writeFile(path.join(elsewhere, 'secret'), 'secret');
    await writeFile(path.join(folder, 'metadata.json'), '{"labels":["a","b"]}');
    await writeFile(path.join(folder, 'labels.txt'), 'a\nb\n');
    await writeFile(path.join(folder, 'report.csv'), '1');
    await writeFile(path.join(folder, 'vocab.txt'), Buffer.alloc(4 * 1024 * 1024 + 1));
    await symlink(path.join(elsewhere, 'secret'), path.join(folder, 'classes.txt'));
    await mkdir(path.join(folder, 'dict.txt'));
    const out = await temporaryFolder();
    await writeFile(path.join(out, 'labels.txt'), 'mine');
    const model = await read(folder);
    expect(model.companions.map(({ name }) => name)).toEqual(['labels.txt', 'metadata.json']);
    await writeCheckpoint(out, model);
    expect(await readFile(path.join(out, 'labels.txt'), 'utf8')).toBe('mine');
    expect(await readFile(path.join(out, 'metadata.json'), 'utf8')).toBe('{"labels":["a","b"]}');
  });

  it('never writes other weights under a name that is in use', async () => {
    const model = await read(await foreignCheckpoint());
    const out = await temporaryFolder();
    await writeFile(path.join(out, 'weights.bin'), 'mine');
    await writeCheckpoint(out, model);
    expect(await readFile(path.join(out, 'weights.bin'), 'utf8')).toBe('mine');
    expect((await read(out)).files[1]!.name).toMatch(/^group1-shard1of1-[0-9a-f]{12}\.bin$/);
  });

  it.each(['labels.json', '.hidden.bin', 'sub/weights.bin', 'journal.jsonl', 'group1-shard1of1-0123456789ab.bin'])(
    'gives its shards names of their own where the name may clash: %s',
    async (name) => {
      const folder = await temporaryFolder();
      await mkdir(path.join(folder, 'sub'));
      const model = tinyModel();
      model.weightsManifest[0]!.paths = [name];
      await writeFile(path.join(folder, 'model.json'), JSON.stringify(model));
      await writeFile(path.join(folder, name), tinyWeights());
      const out = await temporaryFolder();
      await writeCheckpoint(out, await read(folder));
      expect((await read(out)).files[1]!.name).toMatch(/^group1-shard1of1-[0-9a-f]{12}\.bin$/);
    },
  );
});

describe('shards', () => {
  it('are checked against the hash in their names', async () => {
    const folder = await temporaryFolder();
    const { described, ...model } = await read(await foreignCheckpoint());
    expect(described).toBeDefined();
    await writeCheckpoint(folder, { ...model, described: undefined });
    const whole = await read(folder);
    expect(whole.warnings).toEqual([]);
    const shard = path.join(folder, whole.files[1]!.name);
    const bytes = await readFile(shard);
    bytes[5]! ^= 1;
    await writeFile(shard, bytes);
    expect((await read(folder)).warnings).toEqual([
      expect.stringMatching(/^The weights of model\.json are not those that were written: .*; copy it again/),
    ]);
    const heard: string[] = [];
    const store = new CheckpointStore(2, (sentence) => heard.push(sentence));
    await store.use(path.join(folder, 'model.json'), () => Promise.resolve());
    await store.use(path.join(folder, 'model.json'), () => Promise.resolve());
    expect(heard).toHaveLength(1);
  });

  it('may be links within the folder, and the folder a link itself; never out of it', async () => {
    const folder = await foreignCheckpoint('group1-shard1of1.bin');
    await mkdir(path.join(folder, 'blobs'));
    await writeFile(path.join(folder, 'blobs', 'one'), tinyWeights());
    const model = tinyModel();
    model.weightsManifest[0]!.paths = ['first'];
    await symlink('second', path.join(folder, 'first'));
    await symlink(path.join('blobs', 'one'), path.join(folder, 'second'));
    await writeFile(path.join(folder, 'blobs', 'model'), JSON.stringify(model));
    // Shards lie beside the path that is given, as for TensorFlow.js, wherever a link of that name leads.
    await symlink(path.join('blobs', 'model'), path.join(folder, 'linked.json'));
    const linked = path.join(await temporaryFolder(), 'folder');
    await symlink(folder, linked);
    for (const file of [path.join(folder, 'linked.json'), path.join(linked, 'linked.json')])
      expect((await readCheckpoint(file)).tensors.size).toBe(2);
    await symlink(path.join(linked, 'blobs', 'one'), path.join(folder, 'around'));
    const outside = await temporaryFolder();
    await writeFile(path.join(outside, 'one'), tinyWeights());
    await symlink(path.join(outside, 'one'), path.join(folder, 'out'));
    for (const [name, works] of [
      ['around', true],
      ['out', false],
    ] as const) {
      model.weightsManifest[0]!.paths = [name];
      await writeFile(path.join(folder, 'other.json'), JSON.stringify(model));
      const opened = readCheckpoint(path.join(folder, 'other.json'));
      if (works) expect((await opened).tensors.size).toBe(2);
      else await expect(opened).rejects.toBeInstanceOf(UserError);
    }
  });
});
