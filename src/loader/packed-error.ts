/** @throws Error with a sentence, for a file that is not as it was written */
export function damaged(sentence = 'This packed file is damaged.'): never {
  throw new Error(sentence);
}
