/**
 * The autoencoder as an ONNX model, from the same flat parameters. ONNX wants time first, gates in the order i, o, f, c, the
 * matrices transposed and two biases. Field numbers are those of the public onnx.proto3.
 */
import { describeLayers, type AutoencoderShape } from '$lib/lstm/shape';

const schema = `
syntax = "proto3";
message AttributeProto { string name = 1; int64 i = 3; repeated int64 ints = 8; int32 type = 20; }
message NodeProto { repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4; repeated AttributeProto attribute = 5; }
message TensorProto { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
message Dimension { int64 dim_value = 1; string dim_param = 2; }
message TensorShapeProto { repeated Dimension dim = 1; }
message Tensor { int32 elem_type = 1; TensorShapeProto shape = 2; }
message TypeProto { Tensor tensor_type = 1; }
message ValueInfoProto { string name = 1; TypeProto type = 2; }
message GraphProto { repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5; repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12; }
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message ModelProto { int64 ir_version = 1; string producer_name = 2; GraphProto graph = 7; repeated OperatorSetIdProto opset_import = 8; }
`;

const irVersion = 8;
const opset = 17;
const float = 1;
const int64 = 7;
const attributeInt = 2;
const attributeInts = 7;

/** What is used of `protobufjs`. */
export interface Protobuf {
  parse(source: string, options: { keepCase: boolean }): { root: { lookupType(name: string): MessageType } };
}

interface MessageType {
  fromObject(message: object): object;
  encode(message: object): { finish(): Uint8Array };
}

type Message = Record<string, unknown>;

/** Writes the model: input `x` and output `y`, both `[batch, steps, channels]` with any batch. Layers must be of one LSTM a side. */
export function writeOnnx({ parse }: Protobuf, shape: AutoencoderShape, parameters: Float32Array): Uint8Array {
  const { steps, channels } = shape;
  const nodes: Message[] = [];
  const initializers: Message[] = [];
  const add = (type: string, inputs: string[], outputs: string[], attributes: Message[] = []) =>
    nodes.push({
      op_type: type,
      name: `${type}_${nodes.length}`,
      input: inputs,
      output: outputs,
      attribute: attributes
    });
  const hold = (name: string, dims: number[], values: Float32Array | BigInt64Array) => {
    const type = values instanceof Float32Array ? float : int64;
    initializers.push({ name, dims, data_type: type, raw_data: new Uint8Array(values.buffer) });
    return name;
  };
  const swap = [{ name: 'perm', ints: [1, 0, 2], type: attributeInts }];

  add('Transpose', ['x'], ['timeFirst'], swap);
  let data = 'timeFirst';
  for (const layer of describeLayers(shape)) {
    const { side, inputs, units } = layer;
    if (layer.kind === 'dense') {
      const kernel = parameters.slice(layer.kernel, layer.kernel + inputs * units);
      const bias = parameters.slice(layer.bias, layer.bias + units);
      add('Transpose', [data], ['batchFirst'], swap);
      add('MatMul', ['batchFirst', hold('headKernel', [inputs, units], kernel)], ['product']);
      add('Add', ['product', hold('headBias', [units], bias)], ['y']);
      continue;
    }
    const bias = new Float32Array(8 * units);
    bias.set(reorderGates(parameters, layer.bias, 1, units));
    const weights = [
      hold(`${side}W`, [1, 4 * units, inputs], reorderGates(parameters, layer.kernel, inputs, units)),
      hold(`${side}R`, [1, 4 * units, units], reorderGates(parameters, layer.recurrent, units, units)),
      hold(`${side}B`, [1, 8 * units], bias)
    ];
    const outputs = side === 'encoder' ? ['', 'last'] : ['sequence'];
    add('LSTM', [data, ...weights], outputs, [{ name: 'hidden_size', i: units, type: attributeInt }]);
    if (side === 'encoder') {
      add('Tile', ['last', hold('repeats', [3], BigInt64Array.from([steps, 1, 1].map(BigInt)))], ['repeated']);
      data = 'repeated';
    } else {
      add('Squeeze', ['sequence', hold('directions', [1], BigInt64Array.of(1n))], ['decoded']);
      data = 'decoded';
    }
  }

  const dims = [{ dim_param: 'batch' }, { dim_value: steps }, { dim_value: channels }];
  const describe = (name: string) => ({ name, type: { tensor_type: { elem_type: float, shape: { dim: dims } } } });
  const graph = {
    name: 'autoencoder',
    node: nodes,
    initializer: initializers,
    input: [describe('x')],
    output: [describe('y')]
  };
  const model = parse(schema, { keepCase: true }).root.lookupType('ModelProto');
  const message = {
    ir_version: irVersion,
    producer_name: 'bench',
    graph,
    opset_import: [{ domain: '', version: opset }]
  };
  return model.encode(model.fromObject(message)).finish();
}

/** `[rows, 4·units]` with gates i, f, c, o → `[4·units, rows]` with gates i, o, f, c. */
function reorderGates(parameters: Float32Array, offset: number, rows: number, units: number): Float32Array {
  const order = [0, 3, 1, 2];
  const turned = new Float32Array(4 * units * rows);
  turned.forEach((_, at) => {
    const column = Math.floor(at / rows);
    const from = order[Math.floor(column / units)]! * units + (column % units);
    turned[at] = parameters[offset + (at % rows) * 4 * units + from]!;
  });
  return turned;
}
