/** @throws Error with a sentence, by default for a file that is not as it was written */
export function refuse(sentence = 'This packed file is damaged.'): never {
  throw Error(sentence);
}
