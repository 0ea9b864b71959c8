import { AdviceOptions } from '../../../src/protocol/advice';
import { epochRecord } from '../../../src/protocol/epoch';
import { measured, type MetricValue } from '../../../src/protocol/metric';
import { afterStep } from '../../../src/protocol/steps/measured-after';
import { CancelledError, UserError } from '../../../src/protocol/errors';
import type { Evaluation } from '../../../src/protocol/measure';
import {
  panelNotifications,
  panelRequests,
  type PanelNotifications,
  type PanelRequests,
  PanelState,
  type RecipeJob,
} from '../../../src/protocol/panel';
import { NO_DATASET, type DatasetInfo } from '../../../src/protocol/dataset';
import { FinetuneStep } from '../../../src/protocol/steps/finetune';
import { PruneStep } from '../../../src/protocol/steps/prune';
import { runMetrics, type RunResult } from '../../../src/protocol/run';
import { Peer, type Handlers, type HandlerContext } from '../../../src/rpc/peer';
import {
  exportNotifications,
  exportRequests,
  type ExportNotifications,
  type ExportOrder,
} from '../../../src/protocol/exports';
import { compareRequests } from '../../../src/protocol/compare-page';
import { runsNotifications, runsRequests, runTableRequests, type RunRow } from '../../../src/protocol/runs-page';
import { runsHandlers, runTableHandlers } from './runs';
import { dataRequests } from '../../../src/protocol/data-page';
import { comparedHandlers } from './comparison';
import { dataHandlers } from './data';
import { fakeCompact } from './compact';
import { factorizedPlan, keptPlan, prunedPlan, removedPlan } from './plans';
import { fakeAdvice } from './advice';
import { LARGE } from './large';
import { fakeLevels } from './levels';
import { fakeScan } from './scan';
import { fakeSheet } from './sheet';
import { answersOfTask, evaluationOfTask, metricAt, type FakeTask } from './evaluations';
import { fakePacked, fakePacking } from './packed';
import { fakeTarget } from './target';
import { realModel, type RealModel } from './real-model';
import { fakeTopology } from './topology';
import { fakeModel, kernelSize, pruned, type FakeModel } from './model';
import { gzipBytes, histogramOf, random } from './weights';

const HALVES = { mean: 0.5, std: 0.5, from: 'stored' } as const;

/** The situations that the fake host can simulate; each is a word in the playground's address. */
export interface Pretence {
  layers: number | null;
  sparse: boolean;
  untrusted: boolean;
  noData: boolean;
  sample: boolean;
  /** `ready` fails. */
  broken: boolean;
  /** `ready` never answers. */
  slow: boolean;
  runFails: boolean;
  /** The sentence with which every plan and run is refused. */
  refuses: string | null;
  /** The sentence that says why the model cannot be evaluated. */
  notRunnable: string | null;
  /** An advice was kept from before. */
  advised: boolean;
  /** The checkpoint lies beside the results of the run that wrote it. */
  written: boolean;
  /** A run was started before the page was reloaded. */
  running: boolean;
  /** Seconds of a fine-tuning epoch. */
  epochSeconds: number;
  /** The task of the model in an evaluation. */
  task: FakeTask;
  /** The number of runs in the workspace, on the page of their chart. */
  runs: number | null;
  /** The millions of parameters of a large model, as in `LARGE`. */
  parameters: number | null;
  /** Another model, as an engine described it. */
  real: RealModel | null;
}

const CLASSES = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];

const NINETY: RecipeJob = {
  steps: [
    PruneStep.parse({ step: 'prune', amount: { sparsity: 0.9 } }),
    FinetuneStep.parse({ step: 'finetune', epochs: 2 }),
  ],
  seed: 0,
  folder: 'fashion-cnn-pruned-90',
};

const WRITTEN: PanelState['results'] = {
  ...{ finished: '2026-11-29T18:20:00.000Z', split: 'test', samples: 10_000, sampleData: false },
  metrics: [measured('accuracy', 0.9157), measured('loss', 0.2431)],
  curve: [0.902, 0.911, 0.9135].map((value, i) => ({
    ...{ epoch: i + 1, loss: 0.3 - 0.03 * i, validation: measured('accuracy', value) },
    test: measured('accuracy', value + 0.002),
  })),
  parent: { name: 'fashion-cnn', path: '/models/fashion-cnn/model.json' },
};

const wait = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new CancelledError());
    });
  });

const dataset = (sample: boolean): DatasetInfo => ({
  name: 'fashion-mnist',
  folder: '/data/fashion-mnist',
  sample,
  classNames: CLASSES,
  shape: [28, 28, 1],
  format: 'idx',
  task: 'classification',
  heldOut: true,
  examples: { train: 55_000, validation: 5_000, test: 10_000 },
});

/** Accuracy falls off late and steeply, as magnitude pruning has it. */
const accuracyAt = (sparsity: number): number => 0.9166 - 0.42 * Math.max(0, sparsity - 0.55) ** 2.6 * 4;

function evaluationOf(sample: boolean): Evaluation {
  const next = random(7);
  const hits = [0.868, 0.985, 0.872, 0.921, 0.879, 0.984, 0.752, 0.972, 0.985, 0.963];
  const confusion = hits.map((share, actual) => {
    const row = CLASSES.map(() => 0);
    row[actual] = Math.round(1000 * share);
    let left = 1000 - row[actual];
    const like = actual === 6 || actual === 0 || actual === 2 || actual === 4 ? [0, 2, 4, 6, 3] : [5, 7, 9, 3, 8];
    while (left > 0) {
      const other = like[Math.floor(next() * like.length)]!;
      if (other === actual) continue;
      row[other]!++;
      left--;
    }
    return row;
  });
  return {
    split: 'test',
    samples: 10_000,
    metrics: [
      measured('accuracy', 0.9181),
      measured('top5', 0.9981),
      measured('macro-f1', 0.9179),
      measured('loss', 0.2431),
    ],
    loss: 0.2431,
    accuracy: 0.9181,
    perClass: CLASSES.map((name, index) => ({ name, samples: 1000, accuracy: hits[index]! })),
    confusion,
    samplesPerSecond: 3127,
    dataset: { name: 'fashion-mnist', sample },
  };
}

/** The extension host's side of a panel, on random weights. What it was asked is kept in `asked`. */
export class FakeHost {
  readonly asked: { method: string; params: unknown }[] = [];
  /** The smallest threshold of any layer in the last preview. */
  lastThreshold = 0;
  private readonly peer: Peer;
  private readonly runRows: () => RunRow[];
  private model: FakeModel | undefined;
  private state: PanelState | undefined;

  constructor(
    private readonly pretence: Pretence,
    deliver: (message: unknown) => void,
    hear: (listener: (message: unknown) => void) => void,
  ) {
    this.peer = new Peer({ send: deliver, onMessage: hear, onClose: () => undefined });
    this.peer.serve(compareRequests, comparedHandlers(dataset(false), evaluationOf(false)));
    this.peer.serve(exportRequests, {
      copyText: (asked) => {
        this.note('copyText', asked);
        return Promise.resolve(null);
      },
      saveFigure: (asked) => {
        this.note('saveFigure', asked);
        return Promise.resolve(`${asked.name}.${asked.forms[0]!.kind}`);
      },
    });
    const note = (method: string, params: unknown): void => this.note(method, params);
    const { rows, ...tableHandlers } = runTableHandlers(pretence.runs ?? 12, note, () =>
      this.peer.notify(runsNotifications, 'runsChanged', {}),
    );
    this.runRows = rows;
    this.peer.serve(runTableRequests, tableHandlers);
    if (pretence.runs !== null) this.peer.serve(runsRequests, runsHandlers(rows, note));
    this.peer.serve(
      dataRequests,
      dataHandlers((method, params) => this.note(method, params)),
    );
    this.peer.serve(panelRequests, this.handlers());
    this.peer.listen();
  }

  /** Tells the page something unasked. */
  tell<K extends keyof PanelNotifications>(
    name: K,
    value: Parameters<typeof this.peer.notify<PanelNotifications, K>>[2],
  ): void {
    this.peer.notify<PanelNotifications, K>(panelNotifications, name, value);
  }

  private note(method: string, params: unknown): void {
    this.asked.push({ method, params });
  }

  private refuse(): void {
    if (this.pretence.refuses !== null) throw new UserError(this.pretence.refuses);
  }

  /** What a menu of the editor orders. */
  exportFigure(order: ExportOrder): void {
    this.peer.notify<ExportNotifications, 'exportFigure'>(exportNotifications, 'exportFigure', order);
  }

  private async open(): Promise<PanelState> {
    const { pretence } = this;
    const large = pretence.parameters === null ? undefined : LARGE[pretence.parameters];
    if (pretence.real) this.model = realModel(pretence.real);
    else this.model = await (large?.() ?? fakeModel(pretence.layers, pretence.sparse ? 0.6 : 0));
    const hasData = !pretence.noData;
    const { notRunnable } = pretence;
    this.state = {
      inspection: notRunnable === null ? this.model.inspection : { ...this.model.inspection, notRunnable },
      trusted: !pretence.untrusted,
      dataset: hasData ? dataset(pretence.sample) : null,
      ...(hasData ? {} : { datasetProblem: NO_DATASET }),
      normalization: HALVES,
      previewSamples: 1000,
      evaluation: null,
      ...(pretence.advised ? { advice: fakeAdvice(this.model.inspection, AdviceOptions.parse({}), hasData) } : {}),
      ...(pretence.running ? { run: NINETY } : {}),
      ...(pretence.written ? { results: WRITTEN } : {}),
    };
    return this.state;
  }

  private metric(accuracy: number): MetricValue {
    return metricAt(this.pretence.task, accuracy);
  }

  private here(): { model: FakeModel; state: PanelState } {
    if (!this.model || !this.state) throw new UserError('The checkpoint is not open.');
    return { model: this.model, state: this.state };
  }

  private handlers(): Handlers<PanelRequests> {
    const nothing = (method: string) => (params: unknown) => {
      this.note(method, params);
      return Promise.resolve(null);
    };
    return {
      ready: async (_, { signal, report }) => {
        if (this.pretence.slow) {
          const [done, total] = [43_000_000, 100_000_000];
          report({ stage: 'Reading the weights', done, total, unit: 'bytes', rate: 9e6, secondsLeft: 6 });
          await wait(600_000, signal);
        }
        if (this.pretence.broken)
          throw new UserError(
            'The weights file "group1-shard1of2.bin" of model.json is too short (4,194,300 bytes where 4,194,304 are described): copy it again or convert the model again.',
          );
        return this.open();
      },
      reload: () => this.open(),
      histogram: ({ layers, bins }) => {
        this.note('histogram', layers);
        const { kernels, inspection } = this.here().model;
        return Promise.resolve(
          layers.map((name) => {
            const kernel = name === null ? undefined : kernels.get(name);
            if (name !== null && !kernel) throw new UserError(`${name} has no weights to count.`);
            const shown = [...kernels].filter(([one]) => name === null || one === name);
            const sizes = new Map(inspection.layers.map((layer) => [layer.name, kernelSize(layer)]));
            return histogramOf(
              name,
              shown.map(([, part]) => part),
              bins,
              shown.map(([one, part]) => (sizes.get(one) ?? part.length) / part.length),
            );
          }),
        );
      },
      sheet: (asked) => {
        this.note('sheet', asked);
        return Promise.resolve(fakeSheet(asked.layer, this.here().model));
      },
      ownRuns: () => Promise.resolve(this.runRows()),
      topology: () => {
        this.note('topology', null);
        return Promise.resolve(this.pretence.real?.topology ?? fakeTopology(this.here().model.inspection));
      },
      levels: async (asked, { signal }) => {
        this.note('levels', asked);
        await wait(20, signal);
        const kernel = this.here().model.kernels.get(asked.layer);
        if (!kernel) throw new UserError(`The model has no layer "${asked.layer}".`);
        return fakeLevels(asked.step, asked.layer, kernel);
      },
      plan: async (asked, { signal, report }) => {
        this.note('plan', asked);
        this.refuse();
        const { step } = asked;
        const { model, state } = this.here();
        if (step.step !== 'prune') {
          await wait(60, signal);
          if (step.step === 'remove') return removedPlan(model.inspection);
          return step.step === 'factorize' ? factorizedPlan(model.inspection) : keptPlan(model.inspection);
        }
        const { counts: told, kernels } = pruned(model, step);
        this.lastThreshold = Math.min(...told.layers.flatMap(({ threshold }) => threshold ?? []));
        const plan = prunedPlan(model.inspection, told.layers, (await gzipBytes(kernels)) + 780);
        report({ part: 'counts', counts: plan.counts });
        await wait(40, signal);
        report({ part: 'bytes', bytes: plan.bytes });
        if (!state.dataset) return { ...plan, metrics: null, noAccuracy: NO_DATASET };
        if (!state.trusted) return { ...plan, metrics: null, noAccuracy: 'the workspace is not trusted' };
        await wait(180, signal);
        const accuracy = Math.max(0.1, accuracyAt(told.totals.sparsity));
        return {
          ...plan,
          metrics: {
            before: [this.metric(0.916), measured('loss', 0.24)],
            after: [this.metric(accuracy), measured('loss', 0.3)],
            ...{ samples: 1000, sampleData: state.dataset.sample },
            normalization: HALVES,
          },
        };
      },
      sensitivity: async ({ options }, context) => {
        this.note('sensitivity', options);
        return fakeScan(
          this.here().model.inspection,
          options,
          context,
          () => wait(12, context.signal),
          this.pretence.task,
        );
      },
      advise: async (asked, { signal, report }) => {
        this.note('advise', asked);
        report({
          progress: {
            stage: 'scanning layers: prune',
            done: 10,
            total: 40,
            unit: 'examples',
            rate: 20,
            secondsLeft: 2,
          },
        });
        await wait(600, signal);
        return fakeAdvice(this.here().model.inspection, asked.options, this.here().state.dataset !== null);
      },
      chooseNormalization: () => {
        this.note('chooseNormalization', {});
        return Promise.resolve(null);
      },
      evaluate: async (_, { signal, report }) => {
        const { state } = this.here();
        for (let done = 0; done < 10_000; done += 1000) {
          report({
            stage: 'Evaluating',
            done,
            total: 10_000,
            unit: 'examples',
            rate: 3127,
            secondsLeft: (10_000 - done) / 3127,
          });
          await wait(60, signal);
        }
        return evaluationOfTask(this.pretence.task, evaluationOf(state.dataset?.sample ?? false));
      },
      answers: async (asked, { signal }) => {
        this.note('answers', asked);
        await wait(40, signal);
        return answersOfTask(this.pretence.task, asked);
      },
      checkFolder: ({ folder }) =>
        Promise.resolve({
          fault: /[/\\]/.test(folder) ? `"${folder}" is not a plain name: leave out separators.` : null,
        }),
      proposeFolder: ({ sparsity }) =>
        Promise.resolve({
          folder: `${this.here().model.inspection.name}-pruned-${Math.round((sparsity ?? 0) * 100)}`,
          parent: '/models',
        }),
      run: (job, context) => this.run(job, context),
      followRun: (_, context) => this.run(NINETY, context),
      copyRecipe: nothing('copyRecipe'),
      openRecipe: nothing('openRecipe'),
      chooseData: () => {
        this.note('chooseData', {});
        const { state } = this.here();
        const rest = Object.entries(state).filter(([key]) => key !== 'datasetProblem');
        this.state = PanelState.parse({ ...Object.fromEntries(rest), dataset: dataset(false) });
        this.tell('state', this.state);
        return Promise.resolve(this.state.dataset);
      },
      openCheckpoint: nothing('openCheckpoint'),
      evaluateCheckpoint: nothing('evaluateCheckpoint'),
      takePlan: nothing('takePlan'),
      openAsText: nothing('openAsText'),
      packing: async (_, { signal }) => {
        this.note('packing', {});
        await wait(30, signal);
        return fakePacking(this.here().model.inspection);
      },
      brotli: () => Promise.resolve({ brotliBytes: Math.round(this.here().model.inspection.totals.gzipBytes * 0.985) }),
      trustWorkspace: () => {
        this.note('trustWorkspace', {});
        this.state = { ...this.here().state, trusted: true };
        this.tell('state', this.state);
        return Promise.resolve(null);
      },
      earlierWeights: () =>
        Promise.resolve([
          {
            path: '/ws/runs/dense/epochs/epoch-01/model.json',
            place: 'runs/dense/epochs/epoch-01',
            epoch: 1,
            own: true,
          },
          {
            path: '/ws/runs/dense/epochs/epoch-02/model.json',
            place: 'runs/dense/epochs/epoch-02',
            epoch: 2,
            own: true,
          },
          { path: '/ws/early/model.json', place: 'early', epoch: null, own: false },
        ]),
      openDocs: nothing('openDocs'),
      showLog: nothing('showLog'),
    };
  }

  private async run(
    job: Parameters<Handlers<PanelRequests>['run']>[0],
    { signal, report }: HandlerContext<Parameters<Parameters<Handlers<PanelRequests>['run']>[1]['report']>[0]>,
  ): Promise<RunResult> {
    this.note('run', job);
    this.refuse();
    const { model, state } = this.here();
    const prune = job.steps.find((step) => step.step === 'prune');
    const { counts, kernels } = pruned(model, prune ?? PruneStep.parse({ step: 'prune' }));
    const epochs = job.steps.find((step) => step.step === 'finetune')?.epochs ?? 0;
    report({ kind: 'step', index: 0, steps: 3, step: 'prune' });
    await wait(300, signal);
    if (this.pretence.runFails)
      throw new UserError(`The folder ${job.folder} cannot be written: permission denied. Choose another folder.`);
    const pruneAccuracy = accuracyAt(counts.totals.sparsity);
    if (epochs > 0) report({ kind: 'step', index: 1, steps: 3, step: 'finetune' });
    const next = random(3);
    for (let epoch = 1; epoch <= epochs; epoch++) {
      for (let batch = 0; batch < 550; batch += 10) {
        await wait((this.pretence.epochSeconds * 1000) / 55, signal);
        const at = epoch - 1 + batch / 550;
        report({
          kind: 'progress',
          progress: {
            stage: `epoch ${epoch} of ${epochs}`,
            done: (epoch - 1) * 55_000 + batch * 100,
            total: epochs * 55_000,
            unit: 'images',
            rate: 1240,
            secondsLeft: (epochs * 55_000 - (epoch - 1) * 55_000 - batch * 100) / 1240,
          },
          clock: {
            share: 0.05 + (0.9 * at) / epochs,
            secondsLeft: 20 + (epochs * 55_000 - (epoch - 1) * 55_000 - batch * 100) / 1240,
          },
          training: {
            epoch: at,
            loss: 0.21 + 0.25 * Math.exp(-2.2 * at) + 0.012 * next(),
            metric: this.metric(0.925 - 0.09 * Math.exp(-2.2 * at) - 0.004 * next()),
          },
        });
      }
      const record = epochRecord({
        epoch,
        loss: 0.21 + 0.25 * Math.exp(-2.2 * epoch),
        training: [this.metric(0.925 - 0.09 * Math.exp(-2.2 * epoch))],
        validation: [this.metric(0.913 - 0.03 * Math.exp(-1.4 * epoch))],
        test: [this.metric(0.911)],
        seconds: 44,
      });
      report({ kind: 'epoch', step: 'finetune', epochs: epochs, record });
    }
    const before = model.inspection.totals;
    const measures = state.dataset !== null;
    return {
      out: `/models/${job.folder}/model.json`,
      folder: `/models/${job.folder}`,
      steps: [
        {
          step: 'prune',
          weightSizes: { bytes: before.params * 4, idealBits: before.params * 8 },
          layers: counts.layers,
          ...afterStep(measures ? [this.metric(pruneAccuracy)] : null),
        },
        ...(job.steps.some(({ step }) => step === 'target')
          ? [fakeTarget(model, counts.layers, this.pretence.task)]
          : []),
        ...(job.steps.some(({ step }) => step === 'compact') ? [fakeCompact(model.inspection)] : []),
        ...(job.steps.some(({ step }) => step === 'pack') ? [fakePacked(before)] : []),
      ],
      before,
      after: {
        ...before,
        nonzero: counts.totals.nonzero,
        sparsity: counts.totals.sparsity,
        gzipBytes: (await gzipBytes(kernels)) + 780,
      },
      ...runMetrics({
        before: measures ? [this.metric(0.9181)] : null,
        afterPrune: measures ? [this.metric(pruneAccuracy)] : null,
        afterFineTune: measures && epochs > 0 ? [this.metric(0.9157)] : null,
      }),
      sampleData: state.dataset?.sample ?? false,
      sizes: {
        before: { bytes: before.params * 4, idealBits: before.params * 32 },
        layers: model.inspection.layers
          .filter(({ params }) => params > 0)
          .map(({ name, params }) => ({
            name,
            before: { bytes: params * 4, idealBits: params * 32 },
            after: { bytes: params * 4, idealBits: params * 8 },
          })),
      },
    };
  }
}
