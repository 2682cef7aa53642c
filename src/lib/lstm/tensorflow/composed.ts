/** The sequence operator out of stock operators, for backends without kernels of ours. Its gradient is the tape's. */
import { tf } from './parts';
import type { SequenceInputs } from './operator';

/** Hidden states [B,T,H], or with `lastOnly` [B,H]. The input's share is one product for all steps. */
export function composeLstm({ x, kernel, recurrent, bias }: SequenceInputs, lastOnly: boolean): tf.Tensor {
  const [batch, steps, features] = x.shape;
  const units = recurrent.shape[0];
  const projected = tf.add(tf.matMul(tf.reshape(x, [batch * steps, features]), kernel), bias);
  let h: tf.Tensor = tf.zeros([batch, units]);
  let c: tf.Tensor = tf.zeros([batch, units]);
  // The gradient of unstacking into one tensor throws.
  const perStep = steps === 1 ? [projected] : tf.unstack(tf.reshape(projected, [batch, steps, 4 * units]), 1);
  const hidden = perStep.map((z) => {
    const [i, f, g, o] = tf.split(tf.add(z, tf.matMul(h, recurrent)), 4, 1) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor
    ];
    c = tf.add(tf.mul(tf.sigmoid(f), c), tf.mul(tf.sigmoid(i), tf.tanh(g)));
    return (h = tf.mul(tf.sigmoid(o), tf.tanh(c)));
  });
  return lastOnly ? h : tf.stack(hidden, 1);
}
