import type { OnnxBackend } from './onnx-backend';
import { tf } from './tf';

/** The name under which the backend is registered. */
export const BACKEND_NAME = 'onnxruntime';

/** The name of a scope that a caller's `tidy` opens. Scopes of single operators have the name of the operator. */
const CALLERS_SCOPE = 'unnamed scope';

/**
 * Marks a step boundary when an outermost `tidy` outside of gradients closes: the end of a training step. Otherwise a
 * loop that never reads and never yields would grow one graph over many steps and flush it at a different point each
 * time.
 *
 * @returns a function that removes the hook
 */
export function watchStepBoundaries(backend: OnnxBackend): () => void {
  const engine = tf.engine();
  const endScope = engine.endScope.bind(engine);
  engine.endScope = (result) => {
    const { name } = engine.state.activeScope;
    endScope(result);
    const { scopeStack, gradientDepth } = engine.state;
    const isOutermost = scopeStack.length === 0 && gradientDepth === 0;
    if (isOutermost && name === CALLERS_SCOPE && engine.backendName === BACKEND_NAME) backend.markStepBoundary();
  };
  return () => {
    engine.endScope = endScope;
  };
}
