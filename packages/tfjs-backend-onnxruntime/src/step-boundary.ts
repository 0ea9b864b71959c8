import type { OnnxBackend } from './onnx-backend';
import { tf } from './tf';

/** The name under which the backend is registered. */
export const BACKEND_NAME = 'onnxruntime';

/** What tfjs calls a scope that a caller's own `tidy` opens; those of single operators bear the operator's name. */
const CALLERS_SCOPE = 'unnamed scope';

/**
 * Tells the backend when an outermost `tidy` closes that belongs to no gradient: the end of a training step. A loop that
 * never reads and never yields would otherwise grow one graph over many steps, cut at places that differ each time.
 *
 * @returns a function that undoes the hook
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
