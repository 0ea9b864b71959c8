import { beforeAll, describe, expect, it } from 'vitest';
import { readGraph } from '../../../../src/engine/model/graph';
import { INFERENCE, trainableOf } from '../../../../src/engine/model/network';
import { toNetwork, whyNotRunnable } from '../../../../src/engine/model/runnable';
import { validateDescription, validateWeights } from '../../../../src/engine/model/layers-model/validate';
import { tf } from '../../../../src/engine/tf';
import { CASES, REFUSED, contentOf, distance, fixture, inputsOf, largest } from './fixture';

beforeAll(() => tf.setBackend('cpu'));

const NEAR = 1e-5;

describe('layers of Keras', () => {
  it.each(CASES)('%s answers what Keras answers, with its gradients and shapes', async (name) => {
    const keras = fixture(name);
    const content = contentOf(keras);
    validateDescription(content.modelTopology);
    validateWeights(content);
    const network = await toNetwork(content);
    const inputs = inputsOf(keras);
    const [output] = network.forward(inputs, INFERENCE);
    expect(output!.shape).toEqual(keras.outputs[0]!.shape);
    expect(distance(output!.dataSync(), keras.outputs[0]!.values)).toBeLessThan(NEAR);

    const trained = trainableOf(network);
    expect(trained.map((one) => one.name).sort()).toEqual(Object.keys(keras.gradients).sort());
    const loss = () => tf.sum(tf.square(tf.add(network.forward(inputs, INFERENCE)[0]!, 1))).asScalar();
    const variables = trained.map(({ variable }) => variable);
    if (variables.length > 0) {
      // Some gradients are 0 but for rounding.
      const scale = largest(Object.values(keras.gradients).flatMap(({ values }) => values));
      const { grads } = tf.variableGrads(loss, variables);
      for (const one of trained)
        expect(distance(grads[one.variable.name]!.dataSync(), keras.gradients[one.name]!.values, scale)).toBeLessThan(
          NEAR,
        );
    }

    const graph = readGraph(content);
    expect(graph.unknown).toEqual([]);
    const [result] = graph.results;
    expect(graph.calls[result!.call]!.shape).toEqual([null, ...keras.outputs[0]!.shape.slice(1)]);
    expect(graph.nodes.every(({ macs }) => macs !== null)).toBe(true);
    network.dispose();
  });

  it.each(REFUSED)('%s would be computed otherwise than in Keras, and is refused', (name) => {
    expect(whyNotRunnable(contentOf(fixture(name)))).toMatch(
      /attends to masked steps|takes its "attention_mask"|mask others than Keras|is called with training|does not know/,
    );
  });
});
