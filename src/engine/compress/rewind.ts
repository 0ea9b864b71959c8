import { UserError } from '../../protocol/errors';
import type { ModelContent, Tensor } from '../checkpoint/types';
import { readGraph } from '../model/graph';
import { modelTensors } from '../model/tensors';

/** A rewound model, with the numbers of its kernel weights that were rewound and that stayed 0. */
export interface Rewound {
  readonly model: ModelContent;
  readonly kept: number;
  readonly zeros: number;
}

/**
 * Gives a pruned model the weights of `early`, biases and statistics included. Kernel weights that are 0 stay 0 (Frankle
 * and Carbin 2019; Frankle et al. 2020, "Linear Mode Connectivity and the Lottery Ticket Hypothesis").
 * @param source name of `early` in error messages
 * @throws UserError where the tensors differ in name or shape
 */
export function rewind(model: ModelContent, early: ModelContent, source: string): Rewound {
  const kernels = new Set(
    readGraph(model).layers.flatMap(({ tensors }) =>
      tensors.filter(({ kernel }) => kernel).map(({ tensor }) => tensor),
    ),
  );
  let [kept, zeros] = [0, 0];
  const tensors = new Map<string, Tensor>();
  for (const tensor of modelTensors(model)) {
    const data = earlyTensor(tensor, early, source).data.slice();
    if (kernels.has(tensor))
      for (let i = 0; i < data.length; i++) {
        if (tensor.data[i] === 0) {
          data[i] = 0;
          zeros++;
        } else kept++;
      }
    tensors.set(tensor.name, { ...tensor, data });
  }
  return { model: { ...model, tensors }, kept, zeros };
}

function earlyTensor(tensor: Tensor, early: ModelContent, source: string): Tensor {
  const found = early.tensors.get(tensor.name);
  if (!found)
    throw new UserError(
      `${source} has no tensor "${tensor.name}", so the model cannot be rewound to it: choose an earlier checkpoint of the same network.`,
    );
  if (found.dtype !== tensor.dtype || found.shape.join() !== tensor.shape.join())
    throw new UserError(
      `The tensor "${tensor.name}" has shape [${found.shape.join(', ')}] in ${source} but [${tensor.shape.join(', ')}] in the model, so it cannot be rewound: choose an earlier checkpoint of the same network.`,
    );
  return found;
}
