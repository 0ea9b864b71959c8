import { UserError } from '../../../protocol/errors';
import { percent } from '../../../protocol/format';
import type { FactorizedLayer, FactorizeStep } from '../../../protocol/steps/factorize';
import type { ModelContent } from '../../checkpoint/types';
import type { Dataset } from '../../dataset/open-data';
import { applyEdits } from '../../model/edit/apply';
import type { Edit } from '../../model/edit/edit';
import type { NewLayer } from '../../model/edit/new-layer';
import { NewNames } from '../../model/edit/new-names';
import { pauseUnless } from '../../pause';
import type { CalibrationOptions } from '../calibration/subject';
import { describeReshaped, type LayerChange, type Reshaped } from '../reshape/describe';
import { layeredGraph, pathKey } from '../reshape/layered';
import { chosenBy, fullRank } from './candidates';
import { bestFor, isFaster, saving, withinBudget, type Choices } from './choose';
import { problemOf, type Problem } from './problem';
import { allOptions, ranksFor } from './ranks';
import { movedBy, type Factors, type Option, type Scheme } from './scheme';
import { schemesOf } from './schemes';
import { eachStatistics } from './statistics';

/** A factorized model, and what each layer lost. */
export interface Factorized extends Reshaped {
  readonly layers: readonly FactorizedLayer[];
  /** Training examples that were looked at; 0 without data. */
  readonly samples: number;
}

/** A layer with its schemes, ready to be factorized. */
interface Prepared {
  readonly problem: Problem;
  readonly schemes: readonly Scheme[];
  readonly choices: Choices;
  /** Number of options that save something, but were left out because they take longer than the layer. */
  readonly slow: number;
  /** All ranks, whatever time they take. */
  readonly all: () => Choices;
}

/**
 * Factorizes layers of a model. The model itself does not change.
 * @param data outputs are approximated on its training examples; without it, kernels are
 * @throws UserError where the step does not fit the model or nothing would be saved, CancelledError
 */
export async function factorizeLayers(
  model: ModelContent,
  step: FactorizeStep,
  data: Dataset | null,
  options: Pick<CalibrationOptions, 'seed' | 'signal' | 'onProgress'>,
): Promise<Factorized> {
  const { candidates, ranks, left } = chosenBy(model, step);
  const graph = layeredGraph(model);
  const prepared: Prepared[] = [];
  const stage = 'measuring what enters the layers';
  await eachStatistics(
    model,
    candidates,
    data,
    { ...options, samples: step.samples, stage },
    async (one, statistics) => {
      await pauseUnless(options.signal);
      const key = pathKey(one.node);
      if (!statistics) left.set(key, { state: 'skipped', reason: 'its inputs cannot be measured' });
      else prepared.push(await prepare(await problemOf(graph, one, statistics), step, ranks.get(key)));
    },
  );
  const picked = pick(prepared, step, ranks, left);
  const names = new NewNames(model);
  const edits: Edit[] = [];
  const told = new Map<string, { option: Option; error: number }>();
  for (const [{ problem, schemes }, option] of picked) {
    await pauseUnless(options.signal);
    const { node } = problem;
    const built = await schemes.find(({ name }) => name === option.scheme)!.build(option.ranks);
    const parts = built.factors.map(({ part }) => part);
    const by = newLayers(problem, built, names.of(node, parts));
    edits.push({ edit: 'replace', node, by });
    left.set(pathKey(node), { state: 'replaced', by: by.map(({ name }) => [...node.path.slice(0, -1), name]) });
    told.set(node.name, { option, error: Math.sqrt(built.error) });
  }
  const reshaped = describeReshaped(model, applyEdits(model, edits), left, step.inputShape);
  const layers = reshaped.layers.map((layer): FactorizedLayer => {
    const known = told.get(layer.name);
    if (!known) return layer;
    const { scheme, ranks: used } = known.option;
    return { ...layer, scheme, ranks: [...used], outputError: known.error };
  });
  const samples = data ? Math.min(step.samples, data.split('train').length) : 0;
  return { ...reshaped, layers, samples };
}

async function prepare(problem: Problem, step: FactorizeStep, own: number | undefined): Promise<Prepared> {
  const amount = own === undefined ? step.amount : { rank: own };
  const schemes = await schemesOf(problem, step.scheme, amount);
  const multiple = step.multipleOf ?? (amount && 'macs' in amount ? 'fast' : 1);
  const options: Option[] = [];
  for (const scheme of schemes) {
    const ranks = amount && (await ranksFor(scheme, amount, multiple));
    options.push(...(ranks ? [scheme.option(ranks)] : allOptions(scheme, multiple)));
  }
  const all = (): Choices => ({ options: schemes.flatMap((scheme) => allOptions(scheme, step.multipleOf ?? 1)), now });
  const params = problem.kernel.tensor.data.length;
  const { channels, positions } = problem;
  const moved = movedBy(channels[0] * positions.inputs, channels[1] * positions.outputs);
  const now = { params, macs: params * positions.outputs, moved };
  // A person may want a rank, or few parameters, at the price of time.
  const slowToo = own !== undefined || (amount && 'params' in amount);
  const able = saving({ options, now });
  const worth = slowToo ? able : able.filter((one) => isFaster(one, now));
  return { problem, schemes, slow: able.length - worth.length, choices: { options: worth, now }, all };
}

/** Picks an option for each layer; the reasons why others stay are added to `left`. @throws UserError */
function pick(
  prepared: readonly Prepared[],
  { amount, scheme }: FactorizeStep,
  ranks: ReadonlyMap<string, number>,
  left: Map<string, LayerChange>,
): [Prepared, Option][] {
  const cost = amount && ('params' in amount ? 'params' : 'macs' in amount ? 'macs' : undefined);
  const share = amount && ('params' in amount ? amount.params : 'macs' in amount ? amount.macs : undefined);
  const picked: [Prepared, Option | null | undefined][] = [];
  const free = prepared.filter(({ problem }) => cost !== undefined && !ranks.has(pathKey(problem.node)));
  for (const one of prepared) if (!free.includes(one)) picked.push([one, bestFor(one.choices)]);
  if (cost !== undefined && share !== undefined && free.length > 0) {
    const all = free.reduce((sum, { choices }) => sum + choices.now[cost], 0);
    const budget = share * all;
    // Where no fast ranks come to the share, others do.
    const fast = withinBudget(free.map((one) => one.choices), cost, budget); // prettier-ignore
    const choices = fast ? [] : free.map((one) => one.all());
    const found = fast ?? withinBudget(choices, cost, budget);
    if (!found) {
      const least = choices.reduce((sum, one) => sum + Math.min(one.now[cost], ...saving(one).map((option) => option[cost])), 0); // prettier-ignore
      const what = cost === 'params' ? 'parameters' : 'MACs';
      throw new UserError(
        `No ranks leave ${percent(share)} of the ${what} of these layers, the smallest leave ${percent(least / all)}: ask for more.`,
      );
    }
    free.forEach((one, i) => picked.push([one, found[i]]));
  }
  const going = picked.filter((one): one is [Prepared, Option] => one[1] !== null && one[1] !== undefined);
  for (const [{ problem, choices, slow }, option] of picked) {
    if (option) continue;
    const saves = saving(choices).length > 0;
    const how = scheme === undefined ? '' : ` by ${scheme}`;
    const reason = saves ? 'others lose less for what they save' : slow > 0 ? `small layers would take longer than it does${how}` : cost === undefined ? `that rank saves nothing${how}: its full rank is ${fullRank(problem, scheme)}` : `no rank saves anything${how}`; // prettier-ignore
    left.set(pathKey(problem.node), { state: 'skipped', reason });
  }
  if (going.length === 0) {
    const [first] = picked;
    const why = first ? left.get(pathKey(first[0].problem.node))?.reason : undefined;
    throw new UserError(`Nothing would be saved${first ? ` ("${first[0].problem.node.name}" stays: ${why ?? ''})` : ''}: ask for smaller ranks, or name other layers.`); // prettier-ignore
  }
  return going;
}

/** Makes the layers of some factors; the last one takes the bias, with the means that the factors lose. */
function newLayers({ bias }: Problem, { factors, lostMean }: Factors, names: readonly string[]): NewLayer[] {
  return factors.map(({ op, shape, data }, i): NewLayer => {
    const role = op.kind === 'depthwise-conv' ? 'depthwise-kernel' : 'kernel';
    const kernel = { role, shape, data: Float32Array.from(data) } as const;
    const values = i === factors.length - 1 ? bias?.tensor.data.map((value, k) => value + lostMean[k]!) : undefined;
    const tensors = values ? [kernel, { role: 'bias', shape: [values.length], data: values } as const] : [kernel];
    return { name: names[i]!, op, tensors };
  });
}
