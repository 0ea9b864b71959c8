import { Replacement, type PlannedLayer, type StepPlan } from '../../../protocol/plan';
import { differenceWords, Reshaping, type ReshapedLayer } from '../../../protocol/reshaping';
import type { RunResult } from '../../../protocol/run';
import { percent } from '../../../protocol/format';
import { stepDefinition, type StepName, type StepResult } from '../../../protocol/steps';
import { factorWords } from '../../../protocol/steps/factorize';
import { visible } from '../../../protocol/visible';
import { measuredLines, metricsDocument, totalsOf, whole } from '../plan';
import { keptLines, measuringNotes } from '../runs';
import { table } from '../table';
import { layerDocument } from './layer-document';
import { metricLine } from './metric-line';
import type { Outcome } from './outcome';
import { totalsText } from './remove';

type ReshapingResult = StepResult & Reshaping & { readonly step: StepName };

const isReshaping = (result: StepResult): result is ReshapingResult => Reshaping.safeParse(result).success;

function reshapingOf({ steps }: RunResult): ReshapingResult {
  const found = steps.find(isReshaping);
  if (!found) throw new Error('the run has no step that replaces layers');
  return found;
}

/** The words of a step beside those of all steps that replace layers. */
export interface MoreToSay {
  /** Lines below the figures. */
  readonly lines?: (result: RunResult) => readonly string[];
  /** Fields of the document. */
  readonly fields?: (result: RunResult) => object;
}

function documentOf(result: RunResult) {
  const { layers, difference, notCompared, shortfall } = reshapingOf(result);
  return { ...layerDocument(result, layers), difference, notCompared, shortfall };
}

function resultText(result: RunResult, { lines }: MoreToSay): string {
  const { before, after, sampleData, normalization, out } = result;
  const reshaping = reshapingOf(result);
  return [
    layersText(reshaping.layers),
    '',
    totalsText([...(before ? [['before', before] as const] : []), ['after', after]]),
    '',
    ...(lines?.(result) ?? []),
    ...toldLines(reshaping),
    metricLine(result, stepDefinition(reshaping.step).words.running.toLowerCase()),
    ...keptLines(result),
    ...measuringNotes(sampleData, normalization),
    `Written to ${visible(out)}`,
  ].join('\n');
}

/** Formats the plan of a step that replaces layers as one document. */
export function planDocument(plan: StepPlan) {
  const { counts, noAccuracy, notes, difference, notCompared, shortfall } = plan;
  return {
    ...{ dryRun: true, layers: counts.layers, totals: totalsOf(plan) },
    ...{ difference, notCompared, shortfall, ...metricsDocument(plan), noAccuracy, notes },
  };
}

/** Formats the same as text. @param running the step while it runs: `Merging layers` */
export const planText = (plan: StepPlan, running: string): string =>
  [
    layersText(plan.counts.layers),
    '',
    totalsText(Object.entries(totalsOf(plan))),
    '',
    ...toldLines(plan),
    ...measuredLines(plan, `after ${running.toLowerCase()}`),
  ].join('\n');

const right = true;

function layersText(layers: readonly (ReshapedLayer | PlannedLayer)[]): string {
  const change = (before: number | null, after: number | null): string =>
    before === after ? whole(before) : `${whole(before)} -> ${whole(after)}`;
  return table(
    [
      { heading: 'layer' },
      { heading: 'plan' },
      { heading: 'parameters', right },
      { heading: 'MACs', right },
      { heading: 'note' },
    ],
    layers.map((layer) => [
      layer.name,
      layer.state,
      change(layer.before.params, layer.after.params),
      change(layer.before.macs, layer.after.macs),
      notesOf(layer).join('; '),
    ]),
  );
}

/** Lists what became of a layer, or why nothing did. */
function notesOf(layer: ReshapedLayer | PlannedLayer): string[] {
  const { becomes, into, reason } = layer;
  const { scheme, ranks, form, outputError } = Replacement.parse(layer);
  const parts = (becomes ?? []).map(({ name, type, shape }) => `${name} (${type}, ${shape?.at(-1) ?? '?'} wide)`);
  return [
    ...(parts.length > 0 ? [parts.join(', ')] : []),
    ...(scheme && ranks ? [factorWords(scheme, ranks)] : []),
    ...(form === undefined ? [] : [form]),
    ...(outputError === undefined ? [] : [errorWords(outputError)]),
    ...(into === undefined ? [] : [`into ${into}`]),
    ...(reason === undefined ? [] : [reason]),
  ];
}

const errorWords = (error: NonNullable<Replacement['outputError']>): string =>
  typeof error === 'number'
    ? `output error ${percent(error)}`
    : `output error ${percent(error.before)}, ${percent(error.after)} once fitted`;

/** Formats what was reached, and the difference of outputs. */
function toldLines({ difference, notCompared, shortfall }: Pick<StepPlan, 'difference' | 'notCompared' | 'shortfall'>) {
  return [
    ...(shortfall === undefined ? [] : [shortfall]),
    difference ? differenceWords(difference) : `Outputs were not compared: ${notCompared ?? 'the model cannot be run'}`,
  ];
}

/** The output of a command whose step replaces layers by others. */
export const reshapeWith = (more: MoreToSay): Outcome => ({
  document: (result) => ({ ...documentOf(result), ...more.fields?.(result) }),
  text: (result) => resultText(result, more),
});

/** The same for steps that say no more. */
export const reshape: Outcome = reshapeWith({});
