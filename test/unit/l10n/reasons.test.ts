import { expect, test } from 'vitest';
import { formNote } from '../../../src/engine/dataset/pictures/form';
import { englishIn, inChinese } from './chinese';

const form = { height: 28, width: 28, resize: 'pad', method: 'bilinear', color: 'gray' } as const;

test.each([
  formNote(form, { height: 32, width: 32, channels: 3 }),
  formNote(form, { height: 28, width: 28, channels: 3 }),
  'The targets are in the columns bmi, target (as said).',
  '2 files that are not pictures were left out, such as notes.txt.',
  'No convolution of the model can become compact so ("a": its channels come first; "b": it is not named; "c": its window is a single position, and so on for 4 more): choose another form, amount or layers.',
  '"dense" before it is protected, and "conv" behind it pads its input with zeros',
  'The model is not written as an ONNX file, because its layer "lstm" keeps its states from batch to batch.',
])('a sentence with sentences in it is Chinese throughout: %s', (text) => {
  expect(text).toBeDefined();
  expect(englishIn(inChinese(text ?? ''))).toEqual([]);
});
