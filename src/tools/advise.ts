import * as z from 'zod';
import { Advice, AdviceOptions, AdvisedRecipe, LayerAdvice, LayerSaving } from '../protocol/advice';
import { bytes, count, duration, marked, milliseconds, percent } from '../protocol/format';
import { figureWords, mainText } from '../protocol/metric';
import { RECIPE_VERSION, type Recipe } from '../protocol/recipe';
import { visible } from '../protocol/visible';
import { data, largest, layersListed, leftOut, model, sampleNote, seed, stages } from './fields';
import { defineTool } from './tool';

const Offered = AdvisedRecipe.omit({ steps: true }).extend({
  recipe: z.looseObject({}).describe('The complete recipe: give it to run_recipe as it is.'),
});

/** The savings that each method offers, and recipes for a goal. */
export const advise = defineTool({
  name: 'advise',
  title: 'Advise on compression',
  description:
    'Says what each method could save in a model, layer by layer, and offers up to five complete recipes for a goal: {"bytes": "50%"} for half the size of the packed file, {"macs": "50%"}, {"latency": "50%"}, or {"metric": "accuracy>=0.9"} for the smallest model that keeps this. Give data, else it advises on sizes alone. Figures that are no measurement say so. Takes up to "minutes".',
  input: z.strictObject({ model, data: data.optional(), ...AdviceOptions.shape, seed, layers: layersListed }),
  output: Advice.pick({
    name: true,
    dataset: true,
    noData: true,
    samples: true,
    now: true,
    budget: true,
    shortfall: true,
    notes: true,
    seconds: true,
  }).extend({
    layers: z.array(
      LayerAdvice.omit({ savings: true }).extend({ savings: z.array(LayerSaving.omit({ metrics: true })) }),
    ),
    leftOut,
    recipes: z.array(Offered).describe('The first one is the best for the goal.'),
  }),
  writes: false,
  async call({ model: given, data: source, seed: from, layers, ...options }, { places, ask }, context) {
    const checkpoint = await places.model(given);
    const named = source === undefined ? {} : { data: await places.data(source) };
    const { signal } = context;
    const told = stages(context);
    const advice = await ask(
      'advise',
      { model: checkpoint, ...named, options, seed: from },
      { signal, onProgress: ({ progress }) => told(progress) },
    );
    const { listed, leftOut: others } = largest(advice.layers, layers, ({ params }) => params);
    const { name, now, dataset, recipes, shortfall, notes, seconds } = advice;
    const complete = recipes.map(({ steps, ...rest }) => {
      const recipe: Recipe = { recipeVersion: RECIPE_VERSION, checkpoint, ...named, seed: from, steps };
      return { ...rest, recipe };
    });
    return {
      data: { ...advice, layers: listed, leftOut: others, recipes: complete },
      text: [
        `${visible(name)} now: ${bytes(now.packedBytes)} packed, ${count(now.params)} parameters, ${now.macs === null ? 'unknown' : count(now.macs)} MACs${now.latency ? `, ${milliseconds(now.latency.median)} ms` : ''}${now.metrics ? `, validation ${figureWords(now.metrics[0])}` : ''}`,
        ...sampleNote(dataset?.sample ?? false),
        ...(dataset === null ? [`No accuracy: ${visible(advice.noData ?? 'no data')}.`] : []),
        ...complete.map(offerText),
        ...(shortfall === undefined ? [] : [visible(shortfall)]),
        ...notes.map(visible),
        `Took ${duration(seconds)}. A figure after ~ is an estimate.`,
      ].join('\n'),
    };
  },
});

type Complete = Omit<AdvisedRecipe, 'steps'> & { readonly recipe: Recipe };

function offerText(offer: Complete): string {
  const { name, title, does, meets, packedBytes, params, macs, latency, before, after, seconds, recipe } = offer;
  const figures = [
    `${marked(packedBytes.measured, bytes(packedBytes.value))} packed`,
    `${count(params)} parameters`,
    ...(macs === null ? [] : [`${count(macs)} MACs`]),
    ...(latency ? [`${percent(latency.ratio, 0)} of the time`] : []),
    ...(before ? [`${mainText(before)} before training`] : []),
    ...(after ? [`${marked(after.from !== 'estimated', figureWords(after.metric))} at the end`] : []),
    ...(seconds === null ? [] : [seconds === 0 ? 'no training' : `~${duration(seconds)} of training`]),
    ...(meets === null ? [] : [meets ? 'meets the goal' : 'misses the goal']),
  ];
  return `- ${visible(name)}: ${visible(title)}. ${visible(does)} ${figures.join(', ')}. Steps: ${visible(JSON.stringify(recipe.steps))}`;
}
