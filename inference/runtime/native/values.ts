import { onnxType } from '../../graph/graph.js';
import { bytesPerElement, type DType, elementCount, type Tensor, type TensorData } from '../../tensor.js';
import { Handle } from './handle.js';
import type { OrtLibrary, Pointer } from './library.js';

const dtypeOf = new Map(Object.entries(onnxType).map(([dtype, code]) => [code, dtype as DType]));

const arrays: Readonly<Record<DType, new (buffer: ArrayBuffer) => TensorData>> = {
  float32: Float32Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  float8e4m3fn: Uint8Array,
};

/**
 * An OrtValue over a tensor's own memory: nothing is copied, so the handle holds it.
 * @throws if there are not as many numbers as the shape says; ONNX Runtime would read beyond them.
 */
export function valueOver(ort: OrtLibrary, cpu: Pointer, name: string, { dtype, dims, data }: Tensor): Handle {
  if (data.length !== elementCount(dims)) {
    throw new Error(`${name} has ${data.length} numbers where [${dims}] takes ${elementCount(dims)}`);
  }
  const shape = BigInt64Array.from(dims, BigInt);
  const pointer = ort.make(
    'CreateTensorWithDataAsOrtValue',
    cpu,
    ort.koffi.address(data),
    data.byteLength,
    shape,
    shape.length,
    onnxType[dtype],
  );
  return new Handle(ort, 'ReleaseValue', pointer, data);
}

/** A copy of an OrtValue in CPU memory. */
export function tensorOf(ort: OrtLibrary, value: Pointer): Tensor {
  const { dtype, dims } = typeAndShape(ort, value);
  const bytes = elementCount(dims) * bytesPerElement[dtype];
  // Nothing may look at the library's own memory once the value is released, so no view of it leaves this function.
  const copy =
    bytes === 0 ? new ArrayBuffer(0) : ort.koffi.view(ort.make('GetTensorMutableData', value), bytes).slice(0);
  return { dtype, dims, data: new arrays[dtype](copy) };
}

function typeAndShape(ort: OrtLibrary, value: Pointer): { dtype: DType; dims: number[] } {
  const info = new Handle(ort, 'ReleaseTensorTypeAndShapeInfo', ort.make('GetTensorTypeAndShape', value));
  try {
    const code = ort.make<number>('GetTensorElementType', info.pointer);
    const dtype = dtypeOf.get(code);
    if (!dtype) throw new Error(`a tensor of ONNX's type ${code}`);
    const shape = new BigInt64Array(ort.make<number>('GetDimensionsCount', info.pointer));
    ort.call('GetDimensions', info.pointer, shape, shape.length);
    return { dtype, dims: Array.from(shape, Number) };
  } finally {
    info.release();
  }
}
