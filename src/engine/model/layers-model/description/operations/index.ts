import { Config, stringOf, type LayerJson } from '../json';
import { readCall } from './call';
import { OPERATIONS } from './table';

/** Classes of Keras 2 that hold a function of TensorFlow. */
const LAMBDAS: ReadonlySet<string> = new Set(['TFOpLambda', 'SlicingOpLambda']);
/** Where Keras 2 registers layers of its own that are not part of its interface. */
const CUSTOM = /^Custom>(?=CustomScaleLayer$)/;

/**
 * Returns the layer that computes what an operation computes: Keras writes `x + 1`, `tf.reduce_mean(x, 1)` and
 * `ops.relu(x)` into the list of layers too. Its call keeps its tensors only. Returns other layers as they are, and so
 * operations that no layer computes.
 */
export function layerOf(json: LayerJson): LayerJson {
  const type = json.class_name.replace(CUSTOM, '');
  if (type !== json.class_name) return { ...json, class_name: type };
  const config = Config.catch({}).parse(json.config);
  const known = OPERATIONS.get(nameOf(json, config) ?? '');
  const call = known && readCall(json);
  const layer = call && known(call);
  if (!layer) return json;
  const { name, dtype } = config;
  return {
    ...json,
    class_name: layer.type,
    config: { ...(name === undefined ? {} : { name }), ...(dtype === undefined ? {} : { dtype }), ...layer.config },
    inbound_nodes: [call.node],
  };
}

/**
 * Names functions alike: `math.reduce_mean` and `__operators__.add` of TensorFlow, `TrueDivide` of Keras 3. Undefined for
 * layers, which say whether they are trained.
 */
function nameOf({ class_name: type, inbound_nodes: [node] = [] }: LayerJson, config: Config): string | undefined {
  if (LAMBDAS.has(type)) return stringOf(config['function'])?.split('.').at(-1);
  return 'trainable' in config || Array.isArray(node) || node === undefined ? undefined : `ops.${type}`;
}
