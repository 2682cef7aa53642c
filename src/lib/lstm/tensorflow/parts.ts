/**
 * The one door to TensorFlow.js: its parts, with the gradients and chained operators that tf.layers needs and that the
 * parts alone do not register (tf.layers throws `rMat.flatten is not a function` without them). The core comes first:
 * the registrations read flags that it defines.
 */
import { enableProdMode } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';

export * as tf from '@tensorflow/tfjs-core';
export * as tfl from '@tensorflow/tfjs-layers';

// Without it every operation is checked for NaN flags and Node gets a banner about another package.
enableProdMode();
