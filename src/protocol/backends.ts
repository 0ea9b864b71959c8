/**
 * The libraries that compute; `auto` takes the fastest one that is installed. They are here without a schema, because the
 * settings of the editor name them while a window opens, which must not load the protocol.
 */
export const BACKENDS = ['auto', 'onnxruntime', 'tensorflow'] as const;
export type BackendChoice = (typeof BACKENDS)[number];
