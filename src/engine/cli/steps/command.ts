import type { Command, Option } from 'commander';
import { needsDataset } from '../../../protocol/dataset';
import { UserError } from '../../../protocol/errors';
import { fieldsOf, type Field } from '../../../protocol/fields';
import type { JsonObject } from '../../../protocol/json';
import { Recipe } from '../../../protocol/recipe';
import { needsData, stepDefinition, type RecipeStep, type StepName } from '../../../protocol/steps';
import { resolveModelPath } from '../../checkpoint/paths';
import {
  data,
  DATA,
  keepEpochs,
  MODEL,
  normalization,
  resume,
  seed,
  type Declare,
  type Perform,
} from '../declarations/shared';
import { dataField, type CommonOptions, type DataOptions } from '../engine';
import { folderTyped, whole } from '../options';
import { dryRun } from '../dry-run';
import { optionsOf } from '../recipe';
import { runOnTerminal } from '../runs';
import { flagsOf, objectFrom, type Flag, type Given } from './flags';
import { formOf, inRounds, type Follower, type StepForm } from './forms';

/** Options of every command of a step. */
interface StepOptions extends CommonOptions, DataOptions {
  seed: number;
  rounds?: number;
  dryRun?: boolean;
  /** Absent only in a dry run. */
  out?: string;
  resume?: boolean;
  keepEpochs?: boolean;
}

const OWN = ['data', 'normalization', 'seed', 'rounds', 'dry-run', 'out', 'resume', 'keep-epochs'];
const COMMON = ['threads', 'backend', 'tensorflow-path', 'custom-layers', 'json', 'verbose', 'help', 'version'];

/** Options of a following step, and the option that switches it on. */
interface FollowerFlags {
  readonly follower: Follower;
  readonly main: Option;
  readonly flags: readonly Flag[];
}

/** Offers a step as a command with the options of its schema. */
export function declareStep(name: StepName, declare: Parameters<Declare>[0], perform: Perform): void {
  const { schema, traits, words } = stepDefinition(name);
  const form = formOf(name, words.purpose);
  const taken = new Set([...OWN, ...COMMON]);
  const flags = flagsOf(fieldsOf(schema), { taken, owner: name });
  for (const { flag } of form.followers) taken.add(flag);
  const followers = form.followers.map((follower) => followerFlags(follower, taken));
  const command = declare(name, form.description, form.examples);
  if (!traits.startsModel) command.argument('<model>', MODEL);
  const fields = fieldsOf(schema);
  for (const { option, at } of flags)
    command.addOption(isMandatory(at, fields) ? option.makeOptionMandatory() : option);
  for (const { main, flags: more } of followers) {
    command.addOption(main);
    for (const { option } of more) command.addOption(option);
  }
  if (form.rounds)
    command.option(
      '--rounds <number>',
      'take these steps so many times, each time sparser by the same factor',
      whole(1, 100),
    );
  command.addOption(data(DATA)).addOption(normalization()).addOption(seed());
  // There is no plan without a model.
  if (!traits.startsModel) command.option('--dry-run', 'print the plan, layer by layer, and write nothing');
  command
    .option('--out <folder>', 'folder of the run; made if need be, never overwritten', folderTyped)
    .addOption(resume());
  if (traits.trains || form.followers.some(({ step }) => stepDefinition(step).traits.trains))
    command.addOption(keepEpochs());
  command.action((...args: unknown[]) => act(name, { form, flags, followers }, args, perform));
}

/** One of several shapes of a value must be given; `checkUse` checks that. */
const isMandatory = ([key, ...rest]: readonly string[], fields: readonly Field[]): boolean =>
  rest.length === 0 && fields.some((field) => field.key === key && field.required);

interface Declared {
  readonly form: StepForm;
  readonly flags: readonly Flag[];
  readonly followers: readonly FollowerFlags[];
}

function followerFlags(follower: Follower, taken: Set<string>): FollowerFlags {
  const { step, flag, field, help, without = [] } = follower;
  const fields = fieldsOf(stepDefinition(step).schema);
  const main = fields.find(({ key }) => key === field);
  if (!main) throw new Error(`the step ${step} has no field ${field}`);
  // The flag of the step must not be taken by another option of the same name.
  const [opener] = flagsOf([{ ...main, help, fallback: undefined, flag, spec: noneToo(main) }], { taken: new Set() });
  if (!opener) throw new Error(`the field ${field} of ${step} has no option`);
  const rest = fields.filter(({ key }) => key !== field && !without.includes(key));
  return { follower, main: opener.option, flags: flagsOf(rest, { taken, owner: flag, needs: opener.option }) };
}

/** 0 epochs: the step is not run. */
const noneToo = ({ spec, key }: Field): Field['spec'] =>
  spec.kind === 'number' && key === 'epochs' ? { ...spec, min: 0 } : spec;

async function act(name: StepName, declared: Declared, args: readonly unknown[], perform: Perform): Promise<void> {
  const self = args.at(-1) as Command;
  const model = typeof args[0] === 'string' ? args[0] : undefined;
  const options = self.opts<StepOptions>();
  const given = self.opts<Record<string, unknown>>();
  checkUse(name, declared, given, options, self);
  await perform(options, async (engine, terminal) => {
    const { seed, out, resume = false } = options;
    const checkpoint = model === undefined ? undefined : await resolveModelPath(model);
    const { data } = dataField(options);
    const recipe = optionsOf(Recipe, {
      recipeVersion: 1,
      ...(checkpoint === undefined ? {} : { checkpoint }),
      ...(data === undefined ? {} : { data }),
      seed,
      ...(options.keepEpochs ? { keepEpochs: true } : {}),
      steps: stepsOf(name, declared, given, options),
    });
    if (data === undefined) for (const step of recipe.steps) requireData(step);
    if (options.dryRun && checkpoint !== undefined) {
      const { document, text } = await dryRun(engine, terminal, recipe, checkpoint);
      await terminal.result(options.json ? JSON.stringify(document) : text);
      return;
    }
    if (out === undefined) throw new UserError('The run needs a folder: give one with --out.');
    const result = await runOnTerminal(engine, terminal, recipe, { out, baseFolder: process.cwd(), resume });
    const { document, text } = declared.form.outcome;
    await terminal.result(options.json ? JSON.stringify(document(result)) : text(result));
  });
}

/** Ends with wrong use where a required option is missing. */
function checkUse(
  name: StepName,
  { flags }: Declared,
  given: Given,
  { out, dryRun: planned }: StepOptions,
  self: Command,
): void {
  const { schema } = stepDefinition(name);
  for (const field of fieldsOf(schema)) {
    const shapes = flags.filter(({ at }) => at[0] === field.key && at.length > 1).map(({ option }) => option);
    const isGiven = shapes.some((option) => given[option.attributeName()] !== undefined);
    if (field.spec.kind !== 'union' || shapes.length < 2 || isGiven) continue;
    const isNeeded = field.required || (field.begins && !saysItself(given));
    if (isNeeded) self.error(`error: one of ${listed(shapes.map(({ long }) => `'${long}'`))} must be given`);
  }
  if (out === undefined && !planned) self.error("error: required option '--out <folder>' not specified");
}

/** Amounts or ranks of single layers, and N:M, already say how much. Names of layers do not. */
const saysItself = ({ layers, ranks, granularity }: Given): boolean =>
  (layers !== undefined && !Array.isArray(layers)) ||
  ranks !== undefined ||
  (typeof granularity === 'string' && granularity.includes(':'));

const listed = (words: readonly string[]): string => `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** @throws UserError where options exclude one another */
function stepsOf(name: StepName, { flags, followers }: Declared, given: Given, { rounds = 1 }: StepOptions): object[] {
  const steps: JsonObject[] = [{ step: name, ...objectFrom(flags, given) }];
  const isTaken = ({ main }: FollowerFlags): boolean => {
    const value = given[main.attributeName()];
    return value !== undefined && value !== 0;
  };
  const on = new Set(followers.filter(isTaken).map(({ follower }) => follower.flag));
  for (const one of followers) {
    const { follower, main, flags: more } = one;
    const { needs } = follower;
    const options = objectFrom(more, isTaken(one) ? given : { ...given, [main.attributeName()]: undefined });
    if (!isTaken(one)) continue;
    if (needs !== undefined && !on.has(needs))
      throw new UserError(`The option ${main.long} goes with --${needs}: give that too.`);
    steps.push({
      step: follower.step,
      [follower.field]: given[main.attributeName()] as JsonObject[string],
      ...options,
    });
  }
  return rounds === 1 ? steps : inRounds(rounds, steps);
}

/** Returns the data of a command without a dataset. @throws UserError where a step needs one */
function requireData(step: RecipeStep): void {
  if (!needsData(step)) return;
  const by = 'score' in step && step.score !== 'magnitude' ? ` with the score ${step.score}` : '';
  throw new UserError(needsDataset(`${stepDefinition(step.step).words.running}${by}`, 'option'));
}
