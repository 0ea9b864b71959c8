import { comparisonWords, winnerWords } from '../../protocol/distillation';
import { keptWords } from '../../protocol/kept';
import { NO_DATASET } from '../../protocol/dataset';
import { macsForWords } from '../../protocol/model';
import { normalizationWords } from '../../protocol/normalization';
import { differenceWords } from '../../protocol/reshaping';
import { mainMetric, mainText, metricDifference, METRICS, metricText } from '../../protocol/metric';
import { onnxWords } from '../../protocol/onnx';
import type { RunResult } from '../../protocol/run';
import { bytes, change, compact, count, percent, plural, points } from '../../protocol/format';
import { stepDefinition, type StepName, type StepResult } from '../../protocol/steps';
import { storedAsFloats } from '../../protocol/steps/quantize';
import { sentence } from '../ui/sentence';
import { attempt, jobAsked } from '../state/actions';
import { ask } from '../state/host';
import { Button } from '../ui/button';
import { Tag } from '../ui/tag';
import { ChangedDrawing } from './changed-drawing';
import { narrowedParts, reshapedParts, type ChangedPart } from './changed-parts';
import { CopyRecipe } from './copy-recipe';
import { Sizes } from './sizes';
import { Packed } from './packed';

interface Line {
  label: string;
  before: string;
  after: string;
  difference: string;
  /** The raw number after the run, and the start of its test id. */
  value: number;
  testId: string;
}

const line = (
  testId: string,
  label: string,
  before: number | null,
  after: number,
  format: (value: number) => string,
  difference: (before: number, after: number) => string,
): Line => ({
  testId,
  value: after,
  label,
  before: before === null ? '\u2013' : format(before),
  after: format(after),
  difference: before === null ? '' : difference(before, after),
});

/** The ideal bytes of the weights, also of a model that is too large to be packed in passing. */
function idealLine({ before, after, sizes }: RunResult): Line[] {
  const bits = after.idealBits ?? sizes?.layers.reduce((sum, layer) => sum + layer.after.idealBits, 0);
  if (bits === undefined) return [];
  const was = before?.idealBits ?? sizes?.before?.idealBits ?? null;
  return [
    line('ideal', 'Weights, ideally', was === null ? null : Math.ceil(was / 8), Math.ceil(bits / 8), bytes, change),
  ];
}

/** Before and after, figure by figure. */
function lines(result: RunResult): Line[] {
  const { before, after, metrics } = result;
  const [first, last] = [metrics.before?.[0], (metrics.afterFineTune ?? metrics.afterPrune)?.[0]];
  const name = last?.name ?? 'accuracy';
  const was = first?.name === name ? first.value : null;
  const { title } = METRICS[name];
  const inMetric = (from: number, to: number): string => metricDifference(name, to - from);
  const inPoints = (was: number, is: number): string => points(is - was);
  const shown = (value: number): string => metricText(name, value);
  return [
    line('params', 'Parameters', before?.params ?? null, after.params, count, change),
    line('nonzero', 'Nonzero', before?.nonzero ?? null, after.nonzero, count, change),
    ...(before && before.macs !== null && after.macs !== null && before.macs !== after.macs
      ? [
          line(
            'macs',
            after.macsFor ? `MACs for ${macsForWords(after.macsFor)}` : 'MACs',
            before.macs,
            after.macs,
            compact,
            change,
          ),
        ]
      : []),
    line('sparsity', 'Sparsity', before?.sparsity ?? null, after.sparsity, percent, inPoints),
    line('bytes', 'Size', before?.bytes ?? null, after.bytes, bytes, change),
    line('gzip', 'Size, gzip', before?.gzipBytes ?? null, after.gzipBytes, bytes, change),
    ...(after.packedBytes === undefined
      ? []
      : [line('packed', 'Size, packed', before?.packedBytes ?? null, after.packedBytes, bytes, change)]),
    ...idealLine(result),
    ...(metrics.afterPrune === null
      ? []
      : [
          line(
            metrics.afterFineTune === null ? 'accuracy' : 'accuracy-prune',
            `${title}, ${compressed(result)}`,
            was,
            metrics.afterPrune[0].value,
            shown,
            inMetric,
          ),
        ]),
    ...(metrics.afterFineTune === null
      ? []
      : [line('accuracy', `${title}, ${trainedWords(result)}`, was, metrics.afterFineTune[0].value, shown, inMetric)]),
  ];
}

/** The word for a model after its last step that trains. */
function trainedWords({ steps }: RunResult): string {
  const last = steps.findLast(({ step }) => step === 'train' || step === 'finetune' || step === 'distill');
  return last?.step === 'distill' ? 'distilled' : 'fine-tuned';
}

const COMPRESSING: ReadonlySet<StepName> = new Set([
  'merge',
  'prune',
  'remove',
  'factorize',
  'compact',
  'quantize',
  'cluster',
  'ternarize',
  'binarize',
]);

/** The word for a model after its last step that compresses. */
function compressed({ steps }: RunResult): string {
  const done = steps.map((step) => (step.step === 'target' ? step.applied : step));
  const last = done.findLast(({ step }) => COMPRESSING.has(step));
  return last && last.step !== 'remove' ? stepDefinition(last.step).words.past : 'pruned';
}

/** The examples of the metrics, in words. */
function measuredOn(result: RunResult): string {
  const samples = result.steps.flatMap((step) => (step.step === 'evaluate' ? [step.evaluation.samples] : []));
  const last = samples.at(-1);
  const split = result.metrics.split ?? 'test';
  const { afterFineTune, afterPrune, before } = result.metrics;
  const { title } = METRICS[(afterFineTune ?? afterPrune ?? before)?.[0].name ?? 'accuracy'];
  return last === undefined ? `${title} on the ${split} examples` : `${title} on ${plural(last, `${split} example`)}`;
}

/** Notes of single steps beside the figures. */
function notes({ steps }: RunResult): string[] {
  return steps.flatMap((each) => {
    const step = each.step === 'target' ? each.applied : each;
    if (step.step === 'evaluate') {
      const { metrics, samples, split } = step.evaluation;
      const { title } = mainMetric(metrics);
      return [`${title} ${mainText(metrics)} on ${plural(samples, `${split} example`)}.`];
    }
    if (step.step === 'recalibrate')
      return [
        `Statistics of ${plural(step.layers.length, 'normalization')} measured on ${plural(step.samples, 'example')}.`,
      ];
    if (step.step === 'quantize') {
      const quantized = step.layers.filter(({ state }) => state === 'quantized');
      const numbers = [...new Set(quantized.flatMap(({ bits }) => bits ?? []))].join(' and ');
      return [
        `Weights of ${plural(quantized.length, 'layer')} are kept as ${numbers}.`,
        ...storedAsFloats(step.layers),
      ];
    }
    if (step.step === 'cluster' || step.step === 'ternarize' || step.step === 'binarize') {
      const { past } = stepDefinition(step.step).words;
      const restricted = step.layers.filter(({ state }) => state === 'restricted');
      const bits = Math.max(...restricted.map((layer) => layer.bits ?? 0));
      return [
        `Weights of ${plural(restricted.length, 'layer')} are ${past}, ideally at most ${bits.toFixed(2)} bits each; model.json holds them as before.`,
      ];
    }
    if (step.step === 'distill')
      return [
        `The student has ${plural(step.student.params, 'parameter')}, the teacher ${count(step.teacher.params)}.`,
        ...(step.comparison
          ? [sentence(comparisonWords(step.comparison)), winnerWords(step.comparison)]
          : ['The student was not trained without a teacher, so whether that helped is unknown.']),
      ];
    if (step.step === 'rewind') return [`${plural(step.kept, 'weight')} went back, ${count(step.zeros)} stayed 0.`];
    if (step.step === 'merge') {
      const gone = step.layers.filter(({ state }) => state === 'merged' || state === 'dropped').length;
      return [
        `${plural(gone, 'layer')} of ${count(step.layers.length)} merged or dropped.`,
        ...(step.difference ? [differenceWords(step.difference)] : []),
      ];
    }
    if (step.step === 'factorize') {
      const replaced = step.layers.filter(({ state }) => state === 'replaced');
      return [
        `${plural(replaced.length, 'layer')} of ${count(step.layers.length)} factorized: ${replaced.map(({ name, ranks = [] }) => `${name} to rank ${ranks.join(' and ')}`).join(', ')}.`,
        ...(step.difference ? [differenceWords(step.difference)] : []),
      ];
    }
    if (step.step === 'compact') {
      const replaced = step.layers.filter(({ state }) => state === 'replaced').length;
      return [
        `${plural(replaced, 'convolution')} replaced, ${percent(step.left.convolutions, 1)} of the MACs of convolutions left.`,
        ...(step.difference ? [differenceWords(step.difference)] : []),
      ];
    }
    if (step.step !== 'remove') return [];
    const short = step.shortfall === undefined ? [] : [sentence(step.shortfall)];
    if (!step.difference) return short;
    const { largest, samples, on, relativeTo } = step.difference;
    return [
      ...short,
      `Outputs differ from those of the masked model by at most ${largest.toExponential(1)}${relativeTo === undefined ? '' : ' of their spread'}, on ${count(samples)} ${on === 'noise' ? 'random' : 'validation'} examples.`,
    ];
  });
}

/** What the last step left of the work of earlier ones. */
function keptNotes({ steps }: RunResult): string[] {
  const words = keptWords(steps);
  return words === undefined ? [] : [words];
}

/** The normalization of the pixels, if accuracy was measured. */
const pixelsOf = ({ normalization }: RunResult): string[] =>
  normalization
    ? [`${normalization.from === 'values' ? 'Examples' : 'Pixels'} entered with ${normalizationWords(normalization)}.`]
    : [];

/** The parts that a step changed, with the step's title; none for steps that keep all layers and widths. */
function changedBy(step: StepResult): ChangedPart[] {
  switch (step.step) {
    case 'remove':
      return narrowedParts(step.layers);
    case 'merge':
    case 'factorize':
    case 'compact':
      return reshapedParts(step.layers);
    default:
      return [];
  }
}

/** The parts of the model that each step changed, drawn before and after. */
function Changed({ result }: { result: RunResult }) {
  return result.steps.map((each, place) => {
    const step = each.step === 'target' ? each.applied : each;
    return <ChangedDrawing key={place} title={stepDefinition(step.step).words.title} parts={changedBy(step)} />;
  });
}

/** The result of a run: the old and the new checkpoint side by side, and actions on the new one. */
export function Outcome({ result, folder }: { result: RunResult; folder: string }) {
  const asked = jobAsked.value;
  const evaluated = result.steps.some(({ step }) => step === 'evaluate');
  const measured = evaluated || result.metrics.afterPrune !== null || result.metrics.afterFineTune !== null;
  return (
    <div class="outcome" data-testid="run-result">
      <table class="compare">
        <caption class="unseen">Before and after</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">Before</th>
            <th scope="col">After</th>
            <th scope="col">Change</th>
          </tr>
        </thead>
        <tbody>
          {lines(result).map(({ label, before, after, difference, value, testId }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td>{before}</td>
              <td class="after" data-testid={`${testId}-after`} data-value={value}>
                {after}
              </td>
              <td class="quiet">{difference}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="row small quiet">
        {measured ? measuredOn(result) : `Accuracy was not measured: ${result.noAccuracy ?? NO_DATASET}`}
        {result.sampleData && <Tag>sample</Tag>}
      </p>
      {[
        ...(result.notes ?? []),
        ...pixelsOf(result),
        ...notes(result),
        ...keptNotes(result),
        ...(result.onnx ? onnxWords(result.onnx) : []),
        // The packed file below says it itself.
        ...(result.steps.some(({ step }) => step === 'pack') ? [] : (result.advice ?? [])),
      ].map((note) => (
        <p key={note} class="small quiet">
          {note}
        </p>
      ))}
      <Changed result={result} />
      <Sizes result={result} />
      {result.steps.map((step) => step.step === 'pack' && <Packed key={step.packed.file} packed={step.packed} />)}
      <div class="row">
        <Button
          primary
          icon="folder-opened"
          label={`Open ${folder}`}
          onPress={() => void attempt(() => ask('openCheckpoint', { path: result.out }))}
          testId="open-result"
        >
          Open
        </Button>
        <Button
          icon="play"
          label={`Evaluate ${folder}`}
          disabled={!measured}
          onPress={() => void attempt(() => ask('evaluateCheckpoint', { path: result.out }))}
          testId="evaluate-result"
        >
          Evaluate
        </Button>
        <CopyRecipe job={asked} testId="copy-recipe" />
      </div>
    </div>
  );
}
