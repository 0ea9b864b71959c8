/** @throws Error with a sentence, for a file that is not as it was written */
export function damaged(sentence = 'The packed file is damaged: fetch or copy it again.'): never {
  throw new Error(sentence);
}
