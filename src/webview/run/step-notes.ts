import { comparisonWords, winnerWords } from '../../protocol/distillation';
import { differenceWords } from '../../protocol/reshaping';
import { mainMetric, mainText } from '../../protocol/metric';
import type { RunResult } from '../../protocol/run';
import { count, percent, plural } from '../../protocol/format';
import { storedAsFloats } from '../../protocol/steps/quantize';
import { stepDefinition } from '../../protocol/steps';
import { sentence } from '../ui/sentence';

/** Notes of single steps beside the figures. */
export function stepNotes({ steps }: RunResult): string[] {
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
        ...(step.shortfall === undefined ? [] : [step.shortfall]),
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
