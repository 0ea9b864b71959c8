import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/protocol/errors';
import { resolveModelPath } from '../../../src/engine/checkpoint/paths';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { ONE_SENTENCE } from '../../fixtures/bad-input';
import { tinyModel, writeRaw } from '../../fixtures/tiny-model';
import { temporaryFolder } from '../temporary';

const bytes = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))));
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const { modelTopology } = tinyModel();

const HDF5 = bytes('\x89HDF\r\n\x1a\n', Array<number>(100).fill(0));
const KERAS = bytes('PK\x03\x04', Array<number>(26).fill(0), 'metadata.json{}PK\x03\x04model.weights.h5');
const TORCH = bytes('PK\x03\x04', Array<number>(26).fill(0), 'archive/data.pkl');
const ONNX = bytes([8, 8, 0x12, 7], 'pytorch', [0x3a, 4, 0, 0, 0, 0]);
const TFLITE = bytes([0x1c, 0, 0, 0], 'TFL3', [0, 0]);
const SAFETENSORS = bytes([0x20, 0, 0, 0, 0, 0, 0, 0], '{"a":{"dtype":"F32"}}           ');

describe('a file that is no checkpoint is recognised by what is in it', () => {
  it.each([
    ['model.h5', HDF5, /Keras model in HDF5: .*--input_format=keras model\.h5 OUT/],
    ['model.json', HDF5, /Keras model in HDF5/],
    ['big', Buffer.concat([HDF5, Buffer.alloc(33 * 1024 * 1024)]), /Keras model in HDF5/],
    [
      'model.keras',
      KERAS,
      /\.keras format: .*--input_format=keras_keras --output_format=tfjs_layers_model model\.keras OUT/,
    ],
    ['download', KERAS, /\.keras format/],
    ['m.pt', TORCH, /PyTorch checkpoint: .*onnx2tf/],
    ['converted.zip', bytes('PK\x03\x04', Array<number>(26).fill(0), 'model.json'), /a zip archive: unpack it/],
    ['m.onnx', ONNX, /ONNX model: .*"onnx2tf -i m\.onnx -o FOLDER".*--input_format=tf_saved_model/],
    ['m', ONNX, /ONNX model/],
    ['m.tflite', TFLITE, /TensorFlow Lite model: it cannot be converted back/],
    ['m.safetensors', SAFETENSORS, /safetensors/],
    ['m.pth', bytes([0x80, 2], '}q'), /PyTorch pickle/],
    ['saved_model.pb', bytes([8, 1, 0x12, 5]), /SavedModel: convert its folder/],
    ['frozen.pb', bytes([10, 5], 'input'), /frozen TensorFlow graph: .*--output_node_names=NAMES frozen\.pb OUT/],
    ['weights.bin', Buffer.alloc(64, 3), /a file of weights without a description: choose the model\.json/],
    ['a.gz', bytes('\x1f\x8b\x08'), /packed with gzip: unpack it/],
    [
      'w.json',
      json([{ weights: [{ name: 'conv0' }], paths: ['x-shard1'] }]),
      /as face-api\.js has it: .*save it from there/,
    ],
    [
      'm.json',
      json({ modelTopology, weightSpecs: [], weightData: {} }),
      /weightSpecs.*: load it with tf\.io\.fromMemory/,
    ],
    ['m.json', json({ modelTopology }), /without weights \(it has no weightsManifest\)/],
    ['m.json', json({ weightsManifest: [] }), /without a network \(it has no modelTopology\)/],
    ['m.json', json({ class_name: 'Sequential', config: {} }), /topology of a Keras model without weights/],
    ['r.json', json({ recipeVersion: 1, steps: [] }), /but a recipe: run it with "secateur run"/],
    ['results.json', json({ steps: [], after: {}, out: '' }), /the results of a run: choose the model\.json beside it/],
    ['metadata.json', json({ labels: ['a'] }), /the metadata of a model \(its labels\)/],
    ['package.json', json({ name: 'x', version: '1.0.0' }), /the description of a package/],
    ['empty.json', json({}), /is not a TensorFlow\.js checkpoint/],
    ['none.json', Buffer.alloc(0), /is not JSON/],
  ])('%s', async (name, content, sentence) => {
    const file = path.join(await temporaryFolder(), name);
    await writeFile(file, content);
    const error: unknown = await resolveModelPath(file)
      .then(readCheckpoint)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toMatch(sentence);
    expect((error as UserError).message).toMatch(ONE_SENTENCE);
  });

  it.each([
    [['saved_model.pb', 'variables'], /holds no model\.json but a TensorFlow SavedModel/],
    [['net.h5'], /holds no model\.json but "net\.h5", a Keras model in HDF5: .*keras net\.h5 OUT/],
    [['net.keras'], /"net\.keras", a Keras model in the \.keras format/],
    [['x-weights_manifest.json', 'x-shard1'], /"x-weights_manifest\.json", a weights manifest without a network/],
    [['net.onnx'], /"net\.onnx", an ONNX model/],
    [['net.safetensors'], /"net\.safetensors", weights in safetensors/],
    [['readme.md'], /holds no model\.json: name the checkpoint's folder or its file/],
  ])('a folder of %s', async (names, sentence) => {
    const folder = await temporaryFolder();
    for (const name of names) await writeFile(path.join(folder, name), '');
    const error: unknown = await resolveModelPath(folder).catch((thrown: unknown) => thrown);
    expect((error as UserError).message).toMatch(sentence);
    expect((error as UserError).message).toMatch(ONE_SENTENCE);
  });

  it('whatever a checkpoint is called, it is one', async () => {
    const folder = await temporaryFolder();
    await writeRaw(folder);
    for (const name of ['a.h5', 'b.onnx', 'c.bin', 'd.pb', 'e']) {
      await writeFile(path.join(folder, name), `\uFEFF \n${JSON.stringify(tinyModel())}`);
      expect((await readCheckpoint(path.join(folder, name))).tensors.size).toBe(2);
    }
  });
});

describe('a network without its weights', () => {
  it.each([
    ['an empty manifest', modelTopology, []],
    ['a manifest of no tensors', modelTopology, [{ paths: ['none.bin'], weights: [] }]],
    ['the constants of a graph', { node: [{ name: 'c', op: 'Const' }] }, []],
  ])('is refused: %s', async (_, topology, weightsManifest) => {
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, 'none.bin'), '');
    await writeFile(path.join(folder, 'model.json'), JSON.stringify({ modelTopology: topology, weightsManifest }));
    await expect(readCheckpoint(path.join(folder, 'model.json'))).rejects.toThrow(
      /^"model\.json" has layers but no weights \(its weightsManifest (is empty|names none)\): save the model again with/,
    );
  });

  it('is opened where it needs none', async () => {
    const folder = await temporaryFolder();
    await mkdir(folder, { recursive: true });
    const topology = { class_name: 'Sequential', config: { layers: [{ class_name: 'Flatten', config: {} }] } };
    await writeFile(path.join(folder, 'model.json'), JSON.stringify({ modelTopology: topology, weightsManifest: [] }));
    expect((await readCheckpoint(path.join(folder, 'model.json'))).tensors.size).toBe(0);
  });
});
