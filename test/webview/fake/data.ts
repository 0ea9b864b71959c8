import { encode } from 'fast-png';
import type { DataRequests } from '../../../src/protocol/data-page';
import { CancelledError, UserError } from '../../../src/protocol/errors';
import type { Handlers } from '../../../src/rpc/peer';
import type { FakeData } from './fake-data';

declare global {
  interface Window {
    secateurData?: FakeData;
  }
}

const shades = (shade: number): string => {
  const png = encode({
    width: 4,
    height: 4,
    channels: 1,
    depth: 8,
    data: new Uint8Array(16).map((_, i) => shade + i * 8),
  });
  return `data:image/png;base64,${btoa(String.fromCharCode(...png))}`;
};

const SHOWN: FakeData = {
  review: {
    description: {
      ...{ source: '/data/letters', name: 'letters', format: 'images', task: 'classification', shape: [null, null, 1] },
      splits: [
        { name: 'train', examples: 4000, heldOut: false },
        { name: 'validation', examples: 1000, heldOut: true },
      ],
      classes: Array.from({ length: 260 }, (_, i) => `${String.fromCharCode(97 + (i % 26))}${Math.floor(i / 26)}`),
      preprocess: {},
      evidence: ['It holds a folder of pictures for each class.'],
    },
    ...{ file: null, saveAs: 'letters.data.json' },
  },
  examples: {
    kind: 'pictures',
    examples: Array.from({ length: 12 }, (_, i) => ({ picture: shades(10 * i), target: `${i}` })),
  },
};

/** The extension host's side of a page about data. */
export function dataHandlers(note: (method: string, params: unknown) => void): Handlers<DataRequests> {
  const { review, examples, refusal } = window.secateurData ?? SHOWN;
  let { file, saveAs } = review;
  const done = (method: string): Promise<null> => {
    note(method, {});
    return Promise.resolve(null);
  };
  return {
    review: (_, { signal }) => {
      if (signal.aborted) throw new CancelledError();
      if (refusal !== undefined) throw new UserError(refusal);
      return Promise.resolve({ ...review, file, saveAs });
    },
    shown: (params) => {
      note('shown', params);
      return Promise.resolve(examples);
    },
    use: () => done('use'),
    another: () => done('another'),
    save: () => {
      [file, saveAs] = [saveAs, null];
      return done('save');
    },
    edit: () => done('edit'),
    showLog: () => done('showLog'),
  };
}
