/** Makes tfjs-node compute in all unit tests of the engine: named by TFJS_NODE, see docs/tfjs-node.md. */
import { loadTensorflowNode } from '../src/engine/backend-choice/tensorflow-node';

const result = await loadTensorflowNode(process.env['TFJS_NODE'] ?? '', 1);
if ('reason' in result) throw new Error(result.reason);
