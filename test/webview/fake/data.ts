import { encode } from 'fast-png';
import type * as z from 'zod';
import type { DataDescription } from '../../../src/protocol/data-description';
import { dataRequests, type DataRequests } from '../../../src/protocol/data-page';
import type { NormalizationAnswer } from '../../../src/protocol/engine';
import { CancelledError, UserError } from '../../../src/protocol/errors';
import type { Handlers } from '../../../src/rpc/peer';
import type { EngineAnswer, FakeData } from './fake-data';

declare global {
  interface Window {
    secateurData?: FakeData;
    /** Answers as an engine does; a test exposes it. */
    secateurAnswer?: (method: string, params: unknown) => Promise<EngineAnswer>;
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

const DESCRIPTION: DataDescription = {
  ...{ source: '/data/letters', name: 'letters', format: 'images', task: 'classification', shape: [null, null, 1] },
  splits: [
    { name: 'train', examples: 4000, heldOut: false },
    { name: 'validation', examples: 1000, heldOut: true },
  ],
  classes: Array.from({ length: 260 }, (_, i) => `${String.fromCharCode(97 + (i % 26))}${Math.floor(i / 26)}`),
  preprocess: {},
  evidence: ['It holds folders of pictures for 260 classes.'],
};

const SHOWN: FakeData = {
  review: {
    ...{ description: DESCRIPTION, recognized: DESCRIPTION, problem: null, written: {}, columns: [] },
    ...{ reference: '/data/letters', file: null, saveAs: 'letters.data.json', model: 'mine' },
  },
  examples: {
    kind: 'pictures',
    examples: Array.from({ length: 12 }, (_, i) => ({ picture: shades(10 * i), target: `${i}` })),
  },
};

const tried = {
  samples: 500,
  tried: [
    { mean: 0, std: 1, accuracy: 0.914, loss: 0.2417 },
    { mean: 0.5, std: 0.5, accuracy: 0.846, loss: null },
  ],
};
const FOUND: NormalizationAnswer = { kind: 'found', normalization: { mean: 0, std: 1, from: 'found', trial: tried } };

/** The extension host's side of a page about data: an engine's where a test has put one behind the page. */
export function dataHandlers(note: (method: string, params: unknown) => void): Handlers<DataRequests> {
  const { review, examples, refusal } = window.secateurData ?? SHOWN;
  let now = review;
  const engine = async <K extends keyof DataRequests>(
    method: K,
    params: unknown,
    signal: AbortSignal,
  ): Promise<z.output<DataRequests[K]['result']> | undefined> => {
    note(method, params);
    if (signal.aborted) throw new CancelledError();
    const answer = await window.secateurAnswer?.(method, params);
    if (answer === undefined) return undefined;
    signal.throwIfAborted();
    if ('sentence' in answer) throw new UserError(answer.sentence);
    return dataRequests[method].result.parse(answer.result) as z.output<DataRequests[K]['result']>;
  };
  const done = (method: string): Promise<null> => {
    note(method, {});
    return Promise.resolve(null);
  };
  return {
    review: async (params, { signal }) => {
      if (refusal !== undefined) throw new UserError(refusal);
      return (await engine('review', params, signal)) ?? { ...now, written: now.file === null ? {} : now.written };
    },
    shown: async (params, { signal }) => (await engine('shown', params, signal)) ?? examples,
    findNormalization: async (params, { signal }) => (await engine('findNormalization', params, signal)) ?? FOUND,
    use: (params) => {
      note('use', params);
      return Promise.resolve(null);
    },
    another: () => done('another'),
    save: async (params, { signal }) => {
      const saved = await engine('save', params, signal);
      if (saved === undefined)
        now = {
          ...{ ...now, file: now.saveAs, written: params.options ?? {} },
          reference: '/data/letters.data.json',
        };
      return saved ?? true;
    },
    edit: () => done('edit'),
    showLog: () => done('showLog'),
  };
}
