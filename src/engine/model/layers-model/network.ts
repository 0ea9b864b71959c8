import { UserError } from '../../../protocol/errors';
import { tf } from '../../tf';
import type {
  BatchNormalization,
  KernelLayer,
  LayerOutput,
  LayerRun,
  Network,
  NetworkInput,
  NetworkOutput,
  NetworkVariable,
  Pass,
  Product,
  SplitPoint,
} from '../network';
import { inferFigures } from '../shapes';
import type { Figures } from '../shapes/infer';
import { disposeModel } from './dispose-model';
import { readTopology, type Topology } from './description/topology';
import { answersOf } from './answers';
import { strayTensor, type Binding, type ModelVariable } from './binding';
import { describedAs } from './content';
import { withDraws } from './draws';
import { whyNotTrained } from './inference-calls';
import { maskedOutputs } from './masks';
import { inputValues } from '../input-values';
import { normalizationsOf } from './normalizations';
import { outputActivations } from '../output-activations';
import { outputKinds } from '../output-kinds';
import type { TrainedFor } from '../trained-for';
import { kernelLayersOf } from './kernel-layers';
import { layerOutputsOf } from './layer-outputs';
import { layerRunsOf } from './layer-runs';
import { largestOutput } from './outputs';
import { productsOf } from './products';
import { splitPointsBefore } from './split-points';
import type { LayersModel } from './tfjs-layers';
import { leavesOf } from './training-mode';

/** A LayersModel that TensorFlow.js runs. */
export class LayersNetwork implements Network {
  readonly inputs: readonly NetworkInput[];
  readonly outputs: readonly NetworkOutput[];
  readonly variables: ReadonlyMap<string, NetworkVariable>;
  readonly largestOutput: number;
  readonly #names: ReadonlyMap<ModelVariable, string>;
  readonly #whyNotTrained: string | undefined;
  #figures: ReadonlyMap<string, Figures> | undefined;

  /**
   * @param bound its variables by the names of their tensors
   * @param topology layers as the checkpoint describes them
   * @param trainedFor the losses that the checkpoint names
   */
  constructor(
    readonly model: LayersModel,
    private readonly bound: Binding,
    private readonly topology: Topology,
    readonly trainedFor?: TrainedFor,
  ) {
    const values = inputValues(topology);
    const kinds = outputKinds(topology);
    const activations = outputActivations(topology);
    const masked = maskedOutputs(topology);
    // Names of layers, because TensorFlow.js renames tensors so that none has the name of one in another model.
    const { inputNames, outputNames } = model;
    this.inputs = model.inputs.map(({ shape }, i) => ({
      name: inputNames[i]!,
      shape,
      values: values[i] ?? { kind: 'numbers' },
    }));
    this.outputs = model.outputs.map(({ shape }, i) => ({
      ...{ name: outputNames[i]!, shape },
      ...{ kind: kinds[i] ?? 'open', activation: activations[i], masked: masked[i] },
    }));
    this.#whyNotTrained = whyNotTrained(topology);
    this.largestOutput = largestOutput(model);
    this.#names = new Map([...bound].map(([name, variable]) => [variable, name]));
    this.variables = this.#variables();
  }

  /** @throws UserError where the model cannot be trained, and `pass` is one of training */
  forward(inputs: readonly tf.Tensor[], pass: Pass): tf.Tensor[] {
    if (pass.training && this.#whyNotTrained !== undefined) throw new UserError(this.#whyNotTrained);
    const given = inputs.length === 1 ? inputs[0]! : [...inputs];
    return pass.training
      ? withDraws(pass.draws, () => answersOf(this.model, given, true))
      : answersOf(this.model, given, false);
  }

  penalties(): tf.Scalar[] {
    return this.model.calculateLosses();
  }

  splitPointsBefore(names: ReadonlySet<string>): SplitPoint[] {
    const figures = (this.#figures ??= this.#inferred());
    return splitPointsBefore(this.model, new Set(this.#bound(names).values())).map(({ layers, ...point }) => ({
      ...point,
      macs: [...new Set(layers)].reduce((sum, name) => sum + (figures.get(name)?.macs ?? 0), 0),
    }));
  }

  products(names: Iterable<string>): Product[] {
    return productsOf(leavesOf(this.model), this.#bound(names), this.#names);
  }

  kernelLayers(names: Iterable<string>): KernelLayer[] {
    return kernelLayersOf(leavesOf(this.model), this.#bound(names));
  }

  normalizations(): BatchNormalization[] {
    return normalizationsOf(leavesOf(this.model), this.#names);
  }

  layerOutputs(names: Iterable<string>): LayerOutput[] {
    return layerOutputsOf(this.model, this.topology, names);
  }

  layerRuns(): LayerRun[] {
    return layerRunsOf(this.model, this.topology);
  }

  dispose(): void {
    disposeModel(this.model);
  }

  /** Infers figures by layer name. */
  #inferred(): Map<string, Figures> {
    const figures = inferFigures(this.topology);
    return new Map(this.topology.nodes.map(({ id }, i) => [id, figures[i]!]));
  }

  /** @throws UserError naming a tensor that belongs to no variable */
  #bound(names: Iterable<string>): Binding {
    return new Map(
      Array.from(names, (name) => {
        const variable = this.bound.get(name);
        if (!variable) throw strayTensor(name);
        return [name, variable];
      }),
    );
  }

  /** Lists variables in the order of the model: trained ones first, layer by layer. */
  #variables(): Map<string, NetworkVariable> {
    const trained = new Set(this.model.trainableWeights);
    return new Map(
      this.model.weights.map((weight) => {
        const [variable, name] = [weight.read(), this.#names.get(weight)];
        if (!(variable instanceof tf.Variable) || name === undefined)
          throw new Error(`the weight ${weight.originalName} is no variable of a tensor`);
        return [name, { name, variable, trainable: trained.has(weight) }];
      }),
    );
  }
}

/** Makes a network of a new model, which was not loaded. Its variables have their own names. */
export function networkOf(model: LayersModel): LayersNetwork {
  const topology = readTopology(describedAs(model));
  if (!topology) throw new Error('a model that was made here has layers');
  return new LayersNetwork(model, new Map(model.weights.map((one) => [one.originalName, one])), topology);
}
