import type { OnnxFile } from 'tfjs-backend-onnxruntime';
import type { OpOf } from '../model/op/op';
import { channelsLast, NoOperator, scalar, type Value } from './values';

/** Applies the activation of a layer by its name, see `Activation`. @throws NoOperator */
export function activated(file: OnnxFile, value: Value, activation: string, name: string): Value {
  const node = (operator: string, more: readonly string[] = [], attributes = {}): Value => ({
    ...value,
    name: file.node(operator, [value.name, ...more], attributes, `${name}/${activation}`),
  });
  switch (activation) {
    case 'linear':
      return value;
    case 'relu':
      return node('Relu');
    case 'relu6':
      return node('Clip', [scalar(file, `${name}/least`, 0), scalar(file, `${name}/most`, 6)]);
    case 'sigmoid':
      return node('Sigmoid');
    case 'tanh':
      return node('Tanh');
    case 'gelu': {
      const scaled = file.node('Mul', [value.name, scalar(file, `${name}/root`, Math.SQRT1_2)], {}, `${name}/scaled`);
      const erf = file.node('Erf', [scaled], {}, `${name}/erf`);
      const share = file.node('Add', [erf, scalar(file, `${name}/one`, 1)], {}, `${name}/share`);
      const half = file.node('Mul', [value.name, scalar(file, `${name}/half`, 0.5)], {}, `${name}/halved`);
      return { ...value, name: file.node('Mul', [half, share], {}, `${name}/gelu`) };
    }
    case 'elu':
      return node('Elu', [], { alpha: { float: 1 } });
    case 'selu':
      return node('Selu');
    case 'softplus':
      return node('Softplus');
    case 'softsign':
      return node('Softsign');
    case 'exponential':
      return node('Exp');
    case 'hardsigmoid':
      return node('HardSigmoid', [], { alpha: { float: 0.2 }, beta: { float: 0.5 } });
    case 'hardsigmoid6':
      return node('HardSigmoid', [], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } });
    case 'swish':
    case 'silu':
      return node('Mul', [file.node('Sigmoid', [value.name], {}, `${name}/gate`)]);
    case 'hardswish':
    case 'hardsilu':
      return node('HardSwish');
    case 'softmax': {
      const last = channelsLast(file, value);
      return { ...last, name: file.node('Softmax', [last.name], { axis: -1 }, `${name}/softmax`) };
    }
    default:
      throw new NoOperator(`has the activation ${activation}`);
  }
}

/** Applies a layer that is an activation. @throws NoOperator */
export function activationLayer(file: OnnxFile, value: Value, op: OpOf<'activation'>, name: string): Value {
  switch (op.form) {
    case 'named':
      return activated(file, value, op.activation, name);
    case 'rectifier': {
      if (op.threshold !== 0) throw new NoOperator('has a threshold other than 0');
      const rectified =
        op.slope === 0
          ? file.node('Relu', [value.name], {}, `${name}/relu`)
          : file.node('LeakyRelu', [value.name], { alpha: { float: op.slope } }, `${name}/relu`);
      if (op.most === Infinity) return { ...value, name: rectified };
      return {
        ...value,
        name: file.node('Min', [rectified, scalar(file, `${name}/most`, op.most)], {}, `${name}/min`),
      };
    }
    case 'exponential':
      return { ...value, name: file.node('Elu', [value.name], { alpha: { float: op.alpha } }, `${name}/elu`) };
    case 'thresholded':
      return {
        ...value,
        name: file.node('ThresholdedRelu', [value.name], { alpha: { float: op.threshold } }, `${name}/relu`),
      };
  }
}
