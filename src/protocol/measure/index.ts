export { Evaluation } from './evaluation';
export { Histogram } from './histogram';
export { clockedParts, Progress, RunClock } from './progress';
export { PrunedLayer } from './pruned-layer';
