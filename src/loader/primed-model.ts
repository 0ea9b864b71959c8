import { DICTIONARY, DICTIONARY_LENGTH } from './dictionary';
import { rangeDecoder } from './range-decoder';
import { readText, textModel, type TextModel } from './text-model';

/**
 * Returns a text model that has read the dictionary: parts of descriptions as they often are.
 * @param capacity bytes of the texts to come
 */
export function primedModel(capacity: number): TextModel {
  const model = textModel(DICTIONARY_LENGTH + capacity);
  const coded = Uint8Array.from(atob(DICTIONARY), (letter) => letter.charCodeAt(0));
  readText(rangeDecoder(coded, 0, coded.length), model, DICTIONARY_LENGTH);
  return model;
}
