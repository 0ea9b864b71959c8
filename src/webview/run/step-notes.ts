import { comparisonWords, winnerWords } from '../../protocol/distillation';
import { differenceWords, maskedDifferenceWords } from '../../protocol/reshaping';
import { mainMetric, mainText } from '../../protocol/metric';
import type { RunResult } from '../../protocol/run';
import { count, percent, plural } from '../../protocol/format';
import { t, translated } from '../../protocol/l10n';
import { storedAsFloats } from '../../protocol/steps/quantize';
import { stepDefinition } from '../../protocol/steps';
import { sentence } from '../ui/sentence';

/** Notes of single steps beside the figures. */
export function stepNotes({ steps }: RunResult): string[] {
  return steps.flatMap((each) => {
    const step = each.step === 'target' ? each.applied : each;
    if (step.step === 'evaluate') {
      const { metrics, samples, split } = step.evaluation;
      return [
        t(
          '{0} {1} on {2}.',
          translated(mainMetric(metrics).title),
          mainText(metrics),
          plural(samples, `${split} example`),
        ),
      ];
    }
    if (step.step === 'recalibrate')
      return [
        t(
          'Statistics of {0} measured on {1}.',
          plural(step.layers.length, 'normalization'),
          plural(step.samples, 'example'),
        ),
      ];
    if (step.step === 'quantize') {
      const quantized = step.layers.filter(({ state }) => state === 'quantized');
      const numbers = [...new Set(quantized.flatMap(({ bits }) => bits ?? []))].join(t(' and '));
      return [
        t('Weights of {0} are kept as {1}.', plural(quantized.length, 'layer'), numbers),
        ...storedAsFloats(step.layers),
      ];
    }
    if (step.step === 'cluster' || step.step === 'ternarize' || step.step === 'binarize') {
      const { past } = stepDefinition(step.step).words;
      const restricted = step.layers.filter(({ state }) => state === 'restricted');
      const bits = Math.max(...restricted.map((layer) => layer.bits ?? 0));
      return [
        t(
          'Weights of {0} are {1}, ideally at most {2} bits each; model.json holds them as before.',
          plural(restricted.length, 'layer'),
          translated(past),
          bits.toFixed(2),
        ),
      ];
    }
    if (step.step === 'distill')
      return [
        t(
          'The student has {0}, the teacher {1}.',
          plural(step.student.params, 'parameter'),
          count(step.teacher.params),
        ),
        ...(step.comparison
          ? [sentence(comparisonWords(step.comparison)), winnerWords(step.comparison)]
          : [t('The student was not trained without a teacher, so whether that helped is unknown.')]),
      ];
    if (step.step === 'rewind')
      return [t('{0} went back, {1} stayed 0.', plural(step.kept, 'weight'), count(step.zeros))];
    if (step.step === 'merge') {
      const gone = step.layers.filter(({ state }) => state === 'merged' || state === 'dropped').length;
      return [
        t('{0} of {1} merged or dropped.', plural(gone, 'layer'), count(step.layers.length)),
        ...(step.shortfall === undefined ? [] : [translated(step.shortfall)]),
        ...(step.difference ? [differenceWords(step.difference)] : []),
      ];
    }
    if (step.step === 'factorize') {
      const replaced = step.layers.filter(({ state }) => state === 'replaced');
      return [
        t(
          '{0} of {1} factorized: {2}.',
          plural(replaced.length, 'layer'),
          count(step.layers.length),
          replaced.map(({ name, ranks = [] }) => t('{0} to rank {1}', name, ranks.join(t(' and ')))).join(t(', ')),
        ),
        ...(step.difference ? [differenceWords(step.difference)] : []),
      ];
    }
    if (step.step === 'compact') {
      const replaced = step.layers.filter(({ state }) => state === 'replaced').length;
      return [
        t(
          '{0} replaced, {1} of the MACs of convolutions left.',
          plural(replaced, 'convolution'),
          percent(step.left.convolutions, 1),
        ),
        ...(step.difference ? [differenceWords(step.difference)] : []),
      ];
    }
    if (step.step !== 'remove') return [];
    const short = step.shortfall === undefined ? [] : [sentence(translated(step.shortfall))];
    if (!step.difference) return short;
    return [...short, maskedDifferenceWords(step.difference)];
  });
}
