import { AdviceGoal, Limit } from '../../protocol/advice';
import { t } from '../../protocol/l10n';
import { METRICS, writtenBound, type MetricName } from '../../protocol/metric';

/** The goals that a person can choose; `none`: the smallest without a loss that counts. */
export const AIMS = ['none', 'metric', 'bytes', 'macs', 'latency'] as const;
export type Aim = (typeof AIMS)[number];

/** The draft of a goal. */
export interface GoalDraft {
  readonly aim: Aim;
  readonly text: string;
}

export const AIM_WORDS: Readonly<Record<Aim, string>> = {
  none: t('As much as goes without a loss'),
  metric: t('The smallest file that keeps a metric'),
  bytes: t('A packed file of at most'),
  macs: t('Multiply-accumulates of at most'),
  latency: t('Milliseconds for an answer of at most'),
};

/** The first text for an aim. @param metric the main metric as it is, where it is known */
export function firstText(aim: Aim, metric: { readonly name: MetricName; readonly value: number } | undefined): string {
  if (aim === 'none') return '';
  if (aim !== 'metric') return aim === 'bytes' ? '10%' : '50%';
  if (!metric) return 'accuracy>=0.9';
  const { name, value } = metric;
  const kept = METRICS[name].better === 'higher' ? value - Math.abs(value) / 100 : value + Math.abs(value) / 100;
  return writtenBound(name, Number(kept.toPrecision(3)));
}

/** Reads a draft: a goal, undefined where there is none, or what is wrong with it, in words. */
export function goalOf({ aim, text }: GoalDraft): AdviceGoal | string | undefined {
  if (aim === 'none') return undefined;
  const typed = text.trim();
  if (aim === 'metric') {
    const goal = AdviceGoal.safeParse({ metric: typed });
    return goal.success ? goal.data : t('Write a bound such as accuracy>=0.9 or rmse<=0.05.');
  }
  const limit = Limit.safeParse(typed.endsWith('%') ? typed : typed === '' ? Number.NaN : Number(typed));
  return limit.success ? AdviceGoal.parse({ [aim]: limit.data }) : t('Write a number above 0, or a share such as 50%.');
}
