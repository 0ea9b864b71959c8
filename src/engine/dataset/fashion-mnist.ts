/** The names of Fashion-MNIST (Xiao, Rasul and Vollgraf 2017), and of the built-in subset. */
export const FASHION_MNIST = 'fashion-mnist';
export const FASHION_MNIST_SAMPLE = 'fashion-mnist-sample';

/** Folder of Debian's package `dataset-fashion-mnist`. */
export const DEBIAN_FOLDER = '/usr/share/datasets/fashion-mnist';

/** The ten classes by label. */
export const FASHION_MNIST_CLASSES: readonly string[] = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];

/** The parts of an IDX dataset. */
export const PARTS = ['trainImages', 'trainLabels', 'testImages', 'testLabels'] as const;
export type Part = (typeof PARTS)[number];

/** The file names of MNIST and its successors, without `.gz`. */
export const FILE_NAMES: Record<Part, string> = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
};

/**
 * SHA-256 of each file, unpacked. Debian packs the files again, so the packed files differ from those at the official
 * address, but their content is the same.
 */
export const CONTENT_SHA256: Record<Part, string> = {
  trainImages: 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
  trainLabels: 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
  testImages: '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
  testLabels: '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
};

/** SHA-256 of the training labels, unpacked, of the built-in sample (`npm run make:sample`). */
export const SAMPLE_TRAIN_LABELS_SHA256 = '5243370a220436ac114f20f9112b8a2ee97785e03964ce8c5fc25061b3550a19';
