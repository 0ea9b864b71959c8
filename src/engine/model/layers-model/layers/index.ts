/**
 * Keras layers that TensorFlow.js lacks or computes differently, registered by their Keras names. Files that stock
 * TensorFlow.js reads keep their meaning.
 */
import './dilated-depthwise';
import './global-pooling';
import './group-normalization';
import './grouped-convolution';
import './identity';
import './layer-scale';
import './normalization';
import './resizing';
import './stochastic-depth';
import './operations';
import './pairs';
import './rescaling';
import './unit-normalization';
import './attention';
import './einsum-dense';
import './multi-head-attention';
import './center-crop';
import './convolution-1d';
import './margins';
import './masking';
import './rms-normalization';
import './spatial-dropout';
import './transposed-convolution';
import './upsampling';
