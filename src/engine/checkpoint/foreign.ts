import path from 'node:path';
import * as z from 'zod';

/** Bytes of a file that are read to recognize it. */
export const HEAD_BYTES = 4096;

/** The kind of a file that is not a checkpoint's description, and the remedy; both without a full stop. */
export interface Foreign {
  readonly what: string;
  readonly help: string;
}

const convert = (input: string, file: string, more = ''): string =>
  `convert it with "tensorflowjs_converter --input_format=${input}${more} ${file} OUT" (Python package tensorflowjs)`;
const AS_SAVED_MODEL = 'and then with "tensorflowjs_converter --input_format=tf_saved_model FOLDER OUT"';
const BESIDE = 'choose the model.json of the checkpoint';

interface Signature {
  readonly is: (head: Buffer, extension: string) => boolean;
  readonly foreign: (name: string, head: Buffer) => Foreign;
}

const startsWith = (head: Buffer, bytes: string, at = 0): boolean =>
  head.subarray(at, at + bytes.length).equals(Buffer.from(bytes, 'latin1'));

/** Kinds by their first bytes; the extension only decides between kinds that begin alike. */
const SIGNATURES: readonly Signature[] = [
  {
    is: (head) => startsWith(head, '\x89HDF\r\n\x1a\n'),
    foreign: (name) => ({ what: 'a Keras model in HDF5', help: convert('keras', name) }),
  },
  { is: (head) => startsWith(head, 'PK\x03\x04'), foreign: zipped },
  {
    is: (head) => startsWith(head, 'TFL3', 4),
    foreign: () => ({
      what: 'a TensorFlow Lite model',
      help: 'it cannot be converted back, so take the Keras model or SavedModel that it was made from, and convert that with tensorflowjs_converter',
    }),
  },
  {
    is: (head) =>
      head.length > 9 && head.readBigUInt64LE(0) < 0x1000_0000n && startsWith(head, '{', 8) && head[0] !== 0x7b,
    foreign: (name) => ({
      what: 'weights in safetensors without a network',
      help: `load "${name}" into its network, export that as ONNX or Keras, and convert it to TensorFlow.js`,
    }),
  },
  { is: (head) => head[0] === 0x80 && (head[1] ?? 9) <= 5, foreign: () => torch('pickle') },
  { is: (head) => startsWith(head, 'GGUF'), foreign: () => ({ what: 'a language model in GGUF', help: BESIDE }) },
  { is: (head) => startsWith(head, '\x93NUMPY'), foreign: () => ({ what: 'a NumPy array', help: BESIDE }) },
  {
    is: (head) => startsWith(head, '\x1f\x8b'),
    foreign: () => ({ what: 'packed with gzip', help: `unpack it, then ${BESIDE}` }),
  },
  {
    is: (head, extension) =>
      extension === '.onnx' || (head[0] === 8 && head[1]! > 2 && head[1]! < 32 && isKey(head[2])),
    foreign: (name) => ({
      what: 'an ONNX model',
      help: `turn it into a SavedModel with "onnx2tf -i ${name} -o FOLDER", ${AS_SAVED_MODEL}`,
    }),
  },
  {
    is: (head, extension) => extension === '.pb' || startsWith(head, '\x08\x01\x12'),
    foreign: (name, head) =>
      name === 'saved_model.pb' || startsWith(head, '\x08\x01\x12')
        ? SAVED_MODEL
        : {
            what: 'a frozen TensorFlow graph',
            help: convert('tf_frozen_model', name, ' --output_node_names=NAMES'),
          },
  },
  { is: (_, extension) => ['.pt', '.pth', '.ckpt'].includes(extension), foreign: () => torch('checkpoint') },
  {
    is: (_, extension) => extension === '.bin',
    foreign: () => ({ what: 'a file of weights without a description', help: `${BESIDE}, which names it` }),
  },
];

const SAVED_MODEL: Foreign = {
  what: 'a TensorFlow SavedModel',
  help: 'convert its folder with "tensorflowjs_converter --input_format=tf_saved_model FOLDER OUT", or a Keras one with "--input_format=keras_saved_model --output_format=tfjs_layers_model" (Python package tensorflowjs)',
};

/** A field key that may follow the version in an ONNX model: strings and messages, numbers 2 to 8. */
const isKey = (byte: number | undefined): boolean =>
  byte !== undefined && [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42].includes(byte);

function torch(kind: string): Foreign {
  return {
    what: `a PyTorch ${kind}`,
    help: `export the network with torch.onnx.export, turn that into a SavedModel with "onnx2tf -i MODEL.onnx -o FOLDER", ${AS_SAVED_MODEL}`,
  };
}

/** The first bytes of an archive hold the names of its first files. */
function zipped(name: string, head: Buffer): Foreign {
  const text = head.toString('latin1');
  if (name.toLowerCase().endsWith('.keras') || text.includes('model.weights.h5'))
    return {
      what: 'a Keras model in the .keras format',
      help: convert('keras_keras', name, ' --output_format=tfjs_layers_model'),
    };
  if (/\/data\.pkl|\/\.format_version/.test(text)) return torch('checkpoint');
  return { what: 'a zip archive', help: `unpack it, then ${BESIDE}` };
}

/** Recognizes a binary file by its first bytes; undefined where it may be text. */
export function foreignBytes(head: Buffer, name: string): Foreign | undefined {
  if (/^\uFEFF?\s*[{[]/.test(head.toString('utf8'))) return undefined;
  const extension = path.extname(name).toLowerCase();
  return SIGNATURES.find(({ is }) => is(head, extension))?.foreign(name, head);
}

const Entries = z.array(z.unknown()).min(1);
const has = (...keys: readonly string[]) =>
  z.record(z.string(), z.unknown()).refine((value) => keys.every((key) => Object.hasOwn(value, key)));

const FACE_MANIFEST = z.array(z.looseObject({ weights: Entries, paths: Entries })).min(1);

/** JSON documents that are often found beside models, by their keys. */
const DOCUMENTS: readonly (readonly [z.ZodType, Foreign])[] = [
  [
    FACE_MANIFEST,
    {
      what: 'a weights manifest without a network, as face-api.js has it',
      help: 'the network is in the code of that library, so save it from there as a TensorFlow.js model',
    },
  ],
  [
    has('weightSpecs'),
    {
      what: 'a model as TensorFlow.js holds it in memory (weightSpecs), with no weights files',
      help: 'load it with tf.io.fromMemory and save it with model.save("file://FOLDER") or model.save("downloads://NAME")',
    },
  ],
  [
    has('modelTopology'),
    {
      what: 'the topology of a TensorFlow.js model without weights (it has no weightsManifest)',
      help: 'save the model with its weights, by model.save, and choose that model.json',
    },
  ],
  [
    has('weightsManifest'),
    {
      what: 'a weights manifest without a network (it has no modelTopology)',
      help: 'convert the model again with its topology, or choose the model.json that was written with it',
    },
  ],
  [
    has('class_name', 'config'),
    {
      what: 'the topology of a Keras model without weights, as model.to_json() writes it',
      help: 'save the model with its weights as HDF5 and convert it with "tensorflowjs_converter --input_format=keras MODEL.h5 OUT"',
    },
  ],
  [
    has('recipeVersion'),
    { what: 'a recipe', help: 'run it with "secateur run", or choose the checkpoint that it names' },
  ],
  [has('steps', 'after'), { what: 'the results of a run', help: 'choose the model.json beside it' }],
  [has('recipe', 'step', 'results'), { what: 'the state of an unfinished run', help: 'resume that run' }],
  [has('inputUnits', 'outputUnits'), { what: 'the metadata of an ml5 model', help: 'choose the model.json beside it' }],
  [has('labels'), { what: 'the metadata of a model (its labels)', help: 'choose the model.json beside it' }],
  [has('wordLabels'), { what: 'the metadata of a model (its labels)', help: 'choose the model.json beside it' }],
  [has('name', 'version'), { what: 'the description of a package', help: BESIDE }],
];

/** Recognizes a JSON document by its keys; undefined where they do not tell. */
export function foreignDocument(value: unknown): Foreign | undefined {
  return DOCUMENTS.find(([schema]) => schema.safeParse(value).success)?.[1];
}

/** Recognizes a folder without a model.json by the names of its files; undefined where none is known. */
export function foreignFolder(names: readonly string[]): Foreign | undefined {
  if (names.includes('saved_model.pb')) return SAVED_MODEL;
  const find = (pattern: RegExp): string | undefined => names.find((name) => pattern.test(name));
  const face = find(/-weights_manifest\.json$/);
  if (face !== undefined) return { ...DOCUMENTS[0]![1], what: `"${face}", ${DOCUMENTS[0]![1].what}` };
  const other = find(/\.(h5|hdf5|keras|onnx|tflite|pb|safetensors|pt|pth)$/i);
  if (other === undefined) return undefined;
  const extension = path.extname(other).toLowerCase();
  const byName: Record<string, string> = { '.h5': '\x89HDF\r\n\x1a\n', '.keras': 'PK\x03\x04', '.tflite': '....TFL3' };
  byName['.hdf5'] = byName['.h5']!;
  byName['.safetensors'] = '\x01\0\0\0\0\0\0\0{ ';
  const found = foreignBytes(Buffer.from(byName[extension] ?? '', 'latin1'), other);
  return found && { ...found, what: `"${other}", ${found.what}` };
}
