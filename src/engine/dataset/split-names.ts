import type { Split } from '../../protocol/dataset';

const WORDS: Readonly<Record<string, Split>> = {
  ...{ train: 'train', training: 'train' },
  ...{ val: 'validation', valid: 'validation', validation: 'validation', dev: 'validation' },
  ...{ test: 'test', testing: 'test' },
};

/** The split that a word stands for, such as `valid`; undefined: none. */
export const splitOfWord = (word: string): Split | undefined => WORDS[word.toLowerCase()];

/** The split that a name has a word for, such as `fashion_test.csv`; undefined: none, or several. */
export function splitOfName(name: string): Split | undefined {
  const found = new Set(name.split(/[^A-Za-z]+/).flatMap((word) => splitOfWord(word) ?? []));
  return found.size === 1 ? [...found][0] : undefined;
}
