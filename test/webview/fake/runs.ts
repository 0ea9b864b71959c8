import { epochRecord } from '../../../src/protocol/epoch';
import { measured } from '../../../src/protocol/metric';
import { Recipe } from '../../../src/protocol/recipe';
import type { RunDetails, RunRow, RunsRequests, RunTableRequests } from '../../../src/protocol/runs-page';
import { t } from '../../../src/protocol/l10n';
import { stepInShort } from '../../../src/protocol/steps/in-short';
import type { Handlers } from '../../../src/rpc/peer';
import { random } from './weights';

type Note = (method: string, params: unknown) => void;

const recipeOf = (i: number, sparsity: number): Recipe =>
  Recipe.parse({
    ...{ recipeVersion: 1, checkpoint: 'fashion-cnn/model.json', data: 'fashion-mnist', seed: i % 3 },
    steps: [
      { step: 'prune', amount: { sparsity: Math.round(sparsity * 1000) / 1000 }, score: i % 2 === 0 ? 'magnitude' : 'taylor' }, // prettier-ignore
      { step: 'finetune', epochs: 2 + (i % 4) },
      ...(i % 5 === 0 ? [{ step: 'quantize', bits: 'int8' }] : []),
    ],
  });

/** Runs of a pruning further and further, with some luck, a few without a metric, and some that have not ended. */
function fakeRuns(count: number): { row: RunRow; details: RunDetails }[] {
  const next = random(3);
  return Array.from({ length: count }, (_, i) => {
    const sparsity = 1 - 10 ** (-2.2 * (i / count));
    const nonzero = Math.round(458_570 * (1 - sparsity));
    const accuracy = 0.918 - 0.12 * Math.max(0, sparsity - 0.8) - 0.02 * next();
    const recipe = recipeOf(i, sparsity);
    const folder = `/models/run-${i + 1}`;
    const state = i % 23 === 7 ? 'unfinished' : i % 29 === 9 ? 'damaged' : 'finished';
    const curve = Array.from({ length: 2 + (i % 4) }, (_unused, at) => {
      const { epoch, loss, validation, test } = epochRecord({
        ...{ epoch: at + 1, loss: 0.2 + 0.3 * Math.exp(-at), seconds: 10 },
        training: [measured('accuracy', accuracy)],
        validation: [measured('accuracy', accuracy - 0.05 * Math.exp(-at) + 0.004 * next())],
        test: [measured('accuracy', accuracy - 0.004)],
      });
      return { epoch, loss, validation: validation[0], ...(test ? { test: test[0] } : {}) };
    });
    const row: RunRow = {
      ...{ folder, name: `run-${i + 1}`, state },
      ...(state === 'damaged' ? { problem: t('Its checkpoint {0} is gone.', 'model.json') } : {}),
      when: new Date(Date.UTC(2026, 9, 1 + Math.floor(i / 12), i % 24, (i * 7) % 60)).toISOString(),
      start: { name: 'fashion-cnn', path: i % 31 === 4 ? null : '/models/fashion-cnn/model.json' },
      data: 'fashion-mnist',
      steps: recipe.steps.map(stepInShort),
      seconds: state === 'finished' ? 40 + 11 * (i % 9) : null,
      tags: i % 13 === 0 ? ['paper', 'table 2'] : [],
      note: i % 13 === 0 ? 'The one of the talk.' : '',
      model:
        state === 'finished'
          ? {
              ...{ path: `${folder}/model.json`, name: `run-${i + 1}` },
              totals: {
                ...{ bytes: 1_840_000, gzipBytes: Math.round(nonzero * 4.2) + 4000, packedBytes: nonzero * 3 + 1500 },
                ...{ params: 458_570, nonzero, macs: 6_047_488, sparsity },
              },
              metrics: i % 17 === 5 ? null : [measured('accuracy', accuracy), measured('loss', 3 * (1 - accuracy))],
              split: i % 19 === 2 ? 'validation' : 'test',
              sampleData: i % 11 === 3,
            }
          : null,
    };
    return { row, details: { folder, recipe, curve } };
  });
}

/** The extension host's side of a table of runs. */
export function runTableHandlers(
  count: number,
  note: Note,
  changed: () => void,
): Handlers<RunTableRequests> & { rows: () => RunRow[] } {
  const all = fakeRuns(count);
  return {
    rows: () => all.map(({ row }) => row),
    details: ({ folders }) => {
      note('details', folders);
      return Promise.resolve(all.filter(({ row }) => folders.includes(row.folder)).map(({ details }) => details));
    },
    noteRun: (params) => {
      note('noteRun', params);
      const one = all.find(({ row }) => row.folder === params.folder);
      if (one) one.row = { ...one.row, tags: params.tags, note: params.note };
      changed();
      return Promise.resolve(null);
    },
    actOnRun: (params) => {
      note('actOnRun', params);
      return Promise.resolve(null);
    },
  };
}

/** The extension host's side of the chart of runs. */
export function runsHandlers(rows: () => readonly RunRow[], note: Note): Handlers<RunsRequests> {
  const other = rows()[0]?.model;
  return {
    runs: () =>
      Promise.resolve({ runs: rows().slice(1), others: other ? [other.path, '/models/damaged/model.json'] : [] }),
    checkpoint: ({ path }) =>
      other && other.path === path ? Promise.resolve(other) : Promise.reject(new Error('The file is damaged.')),
    latencies: ({ paths }) =>
      Promise.resolve(paths.map((path, i) => ({ path, milliseconds: i % 9 === 4 ? null : 0.2 + 0.001 * i }))),
    openCheckpoint: (params) => {
      note('openCheckpoint', params);
      return Promise.resolve(null);
    },
    showLog: () => Promise.resolve(null),
  };
}
