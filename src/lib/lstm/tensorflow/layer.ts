/**
 * An LSTM layer for tf.layers that runs the fused operator where it may, and the stock steps everywhere else. Its
 * configuration and weights are those of the stock layer, so files made by either load into both.
 */
import { tf } from './parts';
import { StockLstm } from './internals';
import { lstmSequence } from './operator';

type Arguments = ConstructorParameters<typeof StockLstm>[0];
type Inputs = Parameters<InstanceType<typeof StockLstm>['call']>[0];
type CallOptions = { mask?: unknown; initialState?: unknown; training?: boolean } | undefined;

/**
 * LSTM [B,T,F] → [B,H] or, with `returnSequences`, [B,T,H]. Fused for tanh and sigmoid without mask, active dropout, initial,
 * kept or returned state.
 */
export class FusedLstm extends StockLstm {
  // Under this name model files know the layer.
  static override readonly className = 'LSTM';
  readonly #isFusable: boolean;
  readonly #hasDropout: boolean;

  constructor(args: Arguments) {
    super(args);
    const { activation, recurrentActivation, dropout, recurrentDropout } = this.getConfig();
    this.#isFusable = activation === 'tanh' && recurrentActivation === 'sigmoid' && !this.stateful && !this.returnState;
    this.#hasDropout = dropout !== 0 || recurrentDropout !== 0;
  }

  override call(inputs: Inputs, options: CallOptions): tf.Tensor | tf.Tensor[] {
    const [x, ...states] = [inputs].flat();
    const isPlain = states.length === 0 && options?.mask == null && options?.initialState == null;
    if (!this.#isFusable || !isPlain || (this.#hasDropout && options?.training)) {
      return super.call(inputs, options ?? {});
    }
    const [kernel, recurrent, bias] = this.weights.map((weight) => weight.read());
    return lstmSequence(
      x as tf.Tensor3D,
      kernel as tf.Tensor2D,
      recurrent as tf.Tensor2D,
      (bias ?? null) as tf.Tensor1D | null,
      { returnSequences: this.returnSequences, goBackwards: this.goBackwards }
    );
  }
}

/** From now on every LSTM in a model file loads as a `FusedLstm`, in the whole program. `tf.layers.lstm` still makes stock ones. */
export function fuseLoadedModels(): void {
  tf.serialization.registerClass(FusedLstm);
}
