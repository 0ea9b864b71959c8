export { Evaluation } from './evaluation';
export { Histogram } from './histogram';
export { Progress } from './progress';
export { PrunedLayer } from './pruned-layer';
