import type { TensorLocation, WeightSource } from '../bundle/weights.js';
import { bytesPerElement, type DType, elementCount, type Tensor } from '../tensor.js';
import { type AttributeProto, encodeModel, type NodeProto, type TensorProto, type ValueInfoProto } from './onnx.js';

/** The result of a node, an input or a weight: what operators take and give. */
export interface Value {
  readonly graph: Graph;
  readonly name: string;
  readonly dtype: DType;
}

export type Attributes = Readonly<Record<string, number | string | readonly number[] | { readonly float: number }>>;

export interface NodeOptions {
  /** Whole numbers become INT, strings STRING, arrays INTS; `{ float }` forces FLOAT for a value that may be whole. */
  readonly attributes?: Attributes;
  /** Empty for ONNX's own operators, `com.microsoft` for ONNX Runtime's. */
  readonly domain?: string;
  /** Element type of the results; the first input's if left out. */
  readonly dtype?: DType;
  /** How many results the node has. */
  readonly outputs?: number;
}

/** A dimension: a number, or a name for one that differs from run to run. */
export type Dim = number | string;

/** TensorProto.DataType, which the C API's ONNXTensorElementDataType equals. */
export const onnxType: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  bfloat16: 16,
  float8e4m3fn: 17,
};

/** Of the operators of fused-ops.ts. */
export const customDomain = 'reelql';

const opsets = [
  { domain: '', version: 23 },
  { domain: 'com.microsoft', version: 1 },
  // ONNX Runtime's own, with the channels last: CUDA's provider only.
  { domain: 'com.ms.internal.nhwc', version: 11 },
];

/**
 * Writes an ONNX model node by node. It knows the file format and nothing of any network; the operators are in `ops.ts`.
 *
 * Weights stay where they are: an initializer names a byte range of a safetensors file in `weights.folder`. A tensor may be
 * declared with another shape of as many elements (a 1×1×1 convolution's kernel as a matrix), since only bytes are stored.
 */
export class Graph {
  private readonly nodes: NodeProto[] = [];
  private readonly initializers = new Map<string, TensorProto>();
  private readonly inputs: ValueInfoProto[] = [];
  private readonly outputs: ValueInfoProto[] = [];
  private readonly casts = new Map<string, Value>();
  private readonly constants = new Map<string, Value>();

  /** @param compute the type that `weight` hands out and the networks calculate in. */
  constructor(
    readonly name: string,
    readonly weights: WeightSource,
    readonly compute: DType = 'float32',
  ) {}

  input(name: string, dtype: DType, dims: readonly Dim[]): Value {
    this.inputs.push(valueInfo(name, dtype, dims));
    return { graph: this, name, dtype };
  }

  /** Names a result. The shape is for the reader and for ONNX Runtime's checks. */
  output(name: string, value: Value, dims: readonly Dim[]): void {
    this.nodes.push({ name, op_type: 'Identity', domain: '', input: [value.name], output: [name], attribute: [] });
    this.outputs.push(valueInfo(name, value.dtype, dims));
  }

  hasWeight(name: string): boolean {
    return this.weights.tensors.has(name);
  }

  /** Type of a stored tensor. */
  dtypeOf(name: string): DType {
    return this.locate(name).dtype;
  }

  /** Shape of a stored tensor. */
  shapeOf(name: string): readonly number[] {
    return this.locate(name).shape;
  }

  /**
   * A stored tensor in the compute type, in `as`, or as it is stored. Where the file holds another type a Cast follows, which ONNX Runtime folds
   * when the session opens.
   * @throws if the source has no tensor of that name, or `shape` has another number of elements.
   */
  weight(name: string, options: { readonly as?: DType | 'stored'; readonly shape?: readonly number[] } = {}): Value {
    const location = this.locate(name);
    const shape = options.shape ?? location.shape;
    if (elementCount(shape) !== elementCount(location.shape)) {
      throw new Error(`${name} has shape [${location.shape}], which cannot be read as [${shape}]`);
    }
    const key = shape === location.shape ? name : `${name}:${shape.join('x')}`;
    if (!this.initializers.has(key)) this.initializers.set(key, externalTensor(key, location, shape));
    const stored: Value = { graph: this, name: key, dtype: location.dtype };
    return options.as === 'stored' ? stored : this.cast(stored, options.as ?? this.compute);
  }

  /** Numbers that are part of the graph. The same tensor is stored once. */
  constant(tensor: Tensor): Value {
    const bytes = new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
    const key = `${tensor.dtype}[${tensor.dims}]${Buffer.from(bytes).toString('base64')}`;
    const known = this.constants.get(key);
    if (known) return known;
    const name = `constant_${this.constants.size}`;
    this.initializers.set(name, { name, dims: tensor.dims, data_type: onnxType[tensor.dtype], raw_data: bytes });
    const value: Value = { graph: this, name, dtype: tensor.dtype };
    this.constants.set(key, value);
    return value;
  }

  cast(value: Value, dtype: DType): Value {
    if (value.dtype === dtype) return value;
    const key = `${value.name}→${dtype}`;
    const known = this.casts.get(key);
    if (known) return known;
    const result = this.node('Cast', [value], { attributes: { to: onnxType[dtype] }, dtype });
    this.casts.set(key, result);
    return result;
  }

  /**
   * Appends a node with one result. An input of null is an optional one left out; at the end of the list it is not written at
   * all: ONNX Runtime's CUDA Conv counts its inputs and reads the bias it finds there, empty name or not, and crashes.
   */
  node(opType: string, inputs: readonly (Value | null)[], options: NodeOptions = {}): Value {
    return this.nodeWithOutputs(opType, inputs, { ...options, outputs: 1 })[0] as Value;
  }

  nodeWithOutputs(opType: string, inputs: readonly (Value | null)[], options: NodeOptions): Value[] {
    const dtype = options.dtype ?? inputs[0]?.dtype ?? this.compute;
    const name = `${opType}_${this.nodes.length}`;
    const count = options.outputs ?? 1;
    const output = Array.from({ length: count }, (_, i) => (count === 1 ? name : `${name}:${i}`));
    this.nodes.push({
      name,
      op_type: opType,
      domain: options.domain ?? '',
      input: inputs.slice(0, inputs.findLastIndex(Boolean) + 1).map((value) => value?.name ?? ''),
      output,
      attribute: Object.entries(options.attributes ?? {}).map(([key, value]) => attribute(key, value)),
    });
    return output.map((result) => ({ graph: this, name: result, dtype }));
  }

  /** The model as ONNX bytes. External weights are found by ONNX Runtime in `weights.folder`. */
  encode(): Uint8Array {
    return encodeModel({
      ir_version: 11,
      producer_name: 'reelql',
      // ONNX Runtime wants to know every domain that is named.
      opset_import: this.nodes.some(({ domain }) => domain === customDomain)
        ? [...opsets, { domain: customDomain, version: 1 }]
        : opsets,
      graph: {
        name: this.name,
        node: this.nodes,
        initializer: [...this.initializers.values()],
        input: this.inputs,
        output: this.outputs,
      },
    });
  }

  private locate(name: string): TensorLocation {
    const location = this.weights.tensors.get(name);
    if (!location) throw new Error(`${this.name}: the weights have no tensor ${name}`);
    return location;
  }
}

function valueInfo(name: string, dtype: DType, dims: readonly Dim[]): ValueInfoProto {
  const dim = dims.map((d) => (typeof d === 'number' ? { dim_value: d } : { dim_param: d }));
  return { name, type: { tensor_type: { elem_type: onnxType[dtype], shape: { dim } } } };
}

function externalTensor(name: string, location: TensorLocation, shape: readonly number[]): TensorProto {
  const expected = elementCount(shape) * bytesPerElement[location.dtype];
  if (expected !== location.length) {
    throw new Error(
      `${location.name} in ${location.file}: ${location.length} bytes where [${shape}] takes ${expected}`,
    );
  }
  return {
    name,
    dims: shape,
    data_type: onnxType[location.dtype],
    data_location: 1,
    external_data: [
      { key: 'location', value: location.file },
      { key: 'offset', value: String(location.offset) },
      { key: 'length', value: String(location.length) },
    ],
  };
}

function attribute(name: string, value: Attributes[string]): AttributeProto {
  if (typeof value === 'string') return { name, type: 3, s: Buffer.from(value) };
  if (typeof value === 'number')
    return Number.isInteger(value) ? { name, type: 2, i: value } : { name, type: 1, f: value };
  if ('float' in value) return { name, type: 1, f: value.float };
  return { name, type: 7, ints: value };
}
