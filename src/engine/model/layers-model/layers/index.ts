/**
 * Layers of Keras that TensorFlow.js lacks or computes otherwise, registered by their Keras names. A file that stock
 * TensorFlow.js reads means the same here.
 */
import './group-normalization';
import './identity';
import './layer-scale';
import './normalization';
import './stochastic-depth';
import './subtract';
import './unit-normalization';
