import type { DatasetName } from '../../protocol/dataset';
import { DEBIAN_FOLDER, CONTENT_SHA256, FASHION_MNIST_CLASSES, FILE_NAMES, PARTS, type Part } from './fashion-mnist';

/** A file at the official address. */
export interface Download {
  /** Its name at the address, and in the cache unless it is an archive. */
  readonly name: string;
  /** Bytes as sent, for the progress. */
  readonly bytes: number;
  /** SHA-256, hex, of the file as sent, or of its content after gzip. */
  readonly sha256: string;
  readonly of: 'file' | 'content';
}

/** A dataset that is known by name: its locations, and the checksums that prove its content. */
export interface NamedDataset {
  readonly name: DatasetName;
  /** Its name in sentences. */
  readonly title: string;
  readonly classNames: readonly string[];
  /** IDX files may be packed or not, under any of their usual names. Other files have one name. */
  readonly format: 'idx' | 'cifar';
  /** The required content of a folder, as a sentence names it. */
  readonly files: readonly string[];
  /** Folders within the folder of the setting that may hold it. */
  readonly folders: readonly string[];
  readonly debian?: { readonly folder: string; readonly package: string };
  /** The official address; ends in a slash. */
  readonly address: string;
  readonly downloads: readonly Download[];
  /** Limit of the bytes of each file, packed or unpacked. */
  readonly mostBytes: number;
  /** Bytes of each file in the gzipped tar, which holds a folder; undefined where the files themselves are sent. */
  readonly archived?: number;
}

const MIB = 1024 * 1024;

type Sums = Readonly<Record<Part, readonly [bytes: number, sha256: string]>>;

const idxFiles = (
  sums: Sums,
  of: Download['of'],
): Pick<NamedDataset, 'format' | 'files' | 'downloads' | 'mostBytes'> => ({
  format: 'idx',
  files: PARTS.map((part) => FILE_NAMES[part]),
  downloads: PARTS.map((part) => ({ name: `${FILE_NAMES[part]}.gz`, bytes: sums[part][0], sha256: sums[part][1], of })),
  // The largest has 26 MB packed and 47 MB unpacked.
  mostBytes: 64 * MIB,
});

/** Xiao, Rasul and Vollgraf 2017. The address is that of its README, the sizes are those of TensorFlow Datasets. */
const fashionMnist: NamedDataset = {
  name: 'fashion-mnist',
  title: 'Fashion-MNIST',
  classNames: FASHION_MNIST_CLASSES,
  folders: ['fashion-mnist'],
  debian: { folder: DEBIAN_FOLDER, package: 'dataset-fashion-mnist' },
  address: 'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
  ...idxFiles(
    {
      trainImages: [26_421_880, CONTENT_SHA256.trainImages],
      trainLabels: [29_515, CONTENT_SHA256.trainLabels],
      testImages: [4_422_102, CONTENT_SHA256.testImages],
      testLabels: [5_148, CONTENT_SHA256.testLabels],
    },
    'content',
  ),
};

/**
 * LeCun, Cortes and Burges 1998. The author's own server asks for a password since 2020: address, sizes and sums are those of
 * TensorFlow Datasets (`url_checksums/mnist.txt`).
 */
const mnist: NamedDataset = {
  name: 'mnist',
  title: 'MNIST',
  classNames: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  folders: ['mnist'],
  address: 'https://storage.googleapis.com/cvdf-datasets/mnist/',
  ...idxFiles(
    {
      trainImages: [9_912_422, '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609'],
      trainLabels: [28_881, '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c'],
      testImages: [1_648_877, '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6'],
      testLabels: [4_542, 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6'],
    },
    'file',
  ),
};

/**
 * Clanuwat and others 2018. Sizes and sums are those of TensorFlow Datasets (`url_checksums/kmnist.txt`), the address is the
 * same with TLS, and the names are those of torchvision.
 */
const kmnist: NamedDataset = {
  name: 'kmnist',
  title: 'Kuzushiji-MNIST',
  classNames: ['o', 'ki', 'su', 'tsu', 'na', 'ha', 'ma', 'ya', 're', 'wo'],
  folders: ['kmnist'],
  address: 'https://codh.rois.ac.jp/kmnist/dataset/kmnist/',
  ...idxFiles(
    {
      trainImages: [18_165_135, '51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4'],
      trainLabels: [29_497, 'e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17'],
      testImages: [3_041_136, 'edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5'],
      testLabels: [5_120, '20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c'],
    },
    'file',
  ),
};

/** Krizhevsky 2009. Address, size and sum are those of TensorFlow Datasets (`url_checksums/cifar10.txt`). */
const cifar10: NamedDataset = {
  name: 'cifar10',
  title: 'CIFAR-10',
  classNames: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
  format: 'cifar',
  files: [...[1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`), 'test_batch.bin'],
  // Its files have names of their own, so that they may lie in the folder itself.
  folders: ['cifar10', 'cifar-10-batches-bin', '.'],
  address: 'https://www.cs.toronto.edu/~kriz/',
  downloads: [
    {
      name: 'cifar-10-binary.tar.gz',
      bytes: 170_052_171,
      sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
      of: 'file',
    },
  ],
  mostBytes: 256 * MIB,
  // 10,000 images of a label and 32 x 32 x 3 bytes.
  archived: 30_730_000,
};

const DATASETS: readonly NamedDataset[] = [fashionMnist, mnist, kmnist, cifar10];

/** Finds the dataset of a name; undefined for the built-in sample, and for places. */
export const namedDataset = (source: string): NamedDataset | undefined => DATASETS.find(({ name }) => name === source);
