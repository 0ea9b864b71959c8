import { Option, type Command } from 'commander';
import { UserError } from '../../protocol/errors';
import { START_TEACHER, type Distill } from '../../protocol/steps/distill';
import type { FinetuneStep } from '../../protocol/steps/finetune';
import { DECAY, LearningRateSchedule } from '../../protocol/steps/training';
import { atLeastZero, positive, share, whole } from './options';

/** How the learning rate goes and when training stops, as options give it. */
export type RateOptions = Pick<
  FinetuneStep,
  'learningRate' | 'schedule' | 'warmup' | 'decay' | 'decayEvery' | 'patience'
>;

/** A teacher, as options give it. */
export interface TeachingOptions {
  /** The path of a checkpoint; true for the model with which the run begins. */
  distill?: string | true;
  temperature?: number;
  alpha?: number;
}

/** Adds the options of a learning rate; `fallback` is the one where nothing is said. */
export const withRates = (command: Command, fallback: number): Command =>
  command
    .addOption(
      new Option('--learning-rate <rate>', "Adam's learning rate, at the start").default(fallback).argParser(positive),
    )
    .addOption(
      new Option('--schedule <name>', 'the learning rate over the epochs')
        .choices(LearningRateSchedule.options)
        .default('cosine'),
    )
    .option('--warmup <epochs>', 'epochs, fractions allowed, in which it first rises from 0', atLeastZero)
    .option(
      '--decay <factor>',
      `factor of the schedules exponential (default: ${DECAY.exponential}) and step (${DECAY.step})`,
      positive,
    )
    .option('--decay-every <epochs>', 'epochs between two falls of the schedule step (default: a third)', positive)
    .option('--patience <epochs>', 'stop after so many epochs in a row without a higher validation accuracy', whole(1));

/** Adds the options of distillation. */
export const withTeaching = (command: Command): Command =>
  command
    .option('--distill [model]', 'learn from a teacher too: from the model to begin with, or from another')
    .option('--temperature <number>', 'temperature by which the answers of teacher and student are softened', positive)
    .option('--alpha <share>', "weight of the teacher's answers against the labels, 0 to 1", share);

/** The fields of a training step that the options give. */
export function ratesOf({ learningRate, schedule, warmup, decay, decayEvery, patience }: RateOptions): RateOptions {
  return {
    learningRate,
    schedule,
    ...(warmup === undefined ? {} : { warmup }),
    ...(decay === undefined ? {} : { decay }),
    ...(decayEvery === undefined ? {} : { decayEvery }),
    ...(patience === undefined ? {} : { patience }),
  };
}

/** The distillation that the options give, if any. Throws UserError. */
export function teachingOf({ distill, temperature, alpha }: TeachingOptions): { distill?: Partial<Distill> } {
  if (distill === undefined) {
    if (temperature !== undefined || alpha !== undefined)
      throw new UserError('A temperature or alpha says how to learn from a teacher: give --distill too.');
    return {};
  }
  return {
    distill: {
      teacher: distill === true ? START_TEACHER : distill,
      ...(temperature === undefined ? {} : { temperature }),
      ...(alpha === undefined ? {} : { alpha }),
    },
  };
}
