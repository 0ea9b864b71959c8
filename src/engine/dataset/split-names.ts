import type { Split } from '../../protocol/dataset';

const WORDS: Readonly<Record<string, Split>> = {
  ...{ train: 'train', training: 'train' },
  ...{ val: 'validation', valid: 'validation', validation: 'validation', dev: 'validation' },
  ...{ test: 'test', testing: 'test' },
};

/** Returns the split for a word such as `valid`; undefined where there is none. */
export const splitOfWord = (word: string): Split | undefined => WORDS[word.toLowerCase()];

/** Returns the split for a name with a word for it, such as `fashion_test.csv`; undefined for none, or several. */
export function splitOfName(name: string): Split | undefined {
  const found = new Set(name.split(/[^A-Za-z]+/).flatMap((word) => splitOfWord(word) ?? []));
  return found.size === 1 ? [...found][0] : undefined;
}
