// Layers in 8 bits (e4m3): QuantizeRows and EightBitProduct of ../graph/fused-ops.ts.
// Source: Micikevicius et al. 2022, "FP8 Formats for Deep Learning"; a scale for each token and each output as in torch._scaled_mm.
#include <cuda_fp8.h>

#include <map>
#include <mutex>
#include <tuple>

#include "cublaslt.h"
#include "half_eights.cuh"

namespace {

constexpr float largest = 448;  // of e4m3
constexpr size_t mostWorkspace = 32 << 20;

// --- Tokens -> 8 bits -------------------------------------------------------------------------------------------------------------

// The largest number of a block of whole warps, none negative, for all of its threads.
__device__ float largestOfBlock(float value) {
  __shared__ float warps[32];
  for (int offset = 16; offset > 0; offset /= 2) value = fmaxf(value, __shfl_xor_sync(0xffffffff, value, offset));
  if (threadIdx.x % 32 == 0) warps[threadIdx.x / 32] = value;
  __syncthreads();
  float most = 0;
  for (int i = 0; i < blockDim.x / 32; i++) most = fmaxf(most, warps[i]);
  return most;
}

__device__ uint2 toEightBits(const float* v, float factor) {
  uint32_t halves[2];
  for (int i = 0; i < 2; i++) {
    const float* four = v + 4 * i;
    const uint32_t low = __nv_cvt_float2_to_fp8x2({four[0] * factor, four[1] * factor}, __NV_SATFINITE, __NV_E4M3);
    const uint32_t high = __nv_cvt_float2_to_fp8x2({four[2] * factor, four[3] * factor}, __NV_SATFINITE, __NV_E4M3);
    halves[i] = low | high << 16;
  }
  return {halves[0], halves[1]};
}

// A block a token, a thread `each` times 8 of its numbers. NaN stays NaN, infinite becomes NaN.
template <int each>
__global__ void quantizeRows(const Eight* x, uint2* q, float* scales, int width) {
  const Eight* row = x + size_t(blockIdx.x) * width;
  float v[each][8];
  float most = 0;
  for (int j = 0; j < each; j++) {
    const int at = threadIdx.x + j * blockDim.x;
    if (at >= width) continue;
    unpack(row[at], v[j]);
    for (int i = 0; i < 8; i++) most = fmaxf(most, fabsf(v[j][i]));
  }
  most = largestOfBlock(most);
  const float factor = most > 0 ? largest / most : 0;
  for (int j = 0; j < each; j++) {
    const int at = threadIdx.x + j * blockDim.x;
    if (at < width) q[size_t(blockIdx.x) * width + at] = toEightBits(v[j], factor);
  }
  if (threadIdx.x == 0) scales[blockIdx.x] = most / largest;
}

template <int each>
void launchQuantizeRows(const ort::Tensor& x, ort::Tensor& q, ort::Tensor& scales, int width, cudaStream_t stream) {
  const int perThread = (width + each - 1) / each;
  if (each < 8 && perThread > 512) return launchQuantizeRows<each < 8 ? 2 * each : 8>(x, q, scales, width, stream);
  if (perThread > 1024) throw std::runtime_error("a width of " + std::to_string(8 * width) + ", more than 65536");
  const int threads = (perThread + 31) / 32 * 32;
  quantizeRows<each><<<unsigned(scales.count()), threads, 0, stream>>>(eights(x), static_cast<uint2*>(q.data),
                                                                       static_cast<float*>(scales.data), width);
  requireLaunched();
}

// --- The product ------------------------------------------------------------------------------------------------------------------

// How it is computed, the best first; a device takes the first of them that it has.
enum Way {
  scaledInside,  // 8 bits, both vectors of scales applied by cuBLASLt: Hopper
  scaledAfter,   // 8 bits, scales in a pass of their own: Ada, Blackwell
  inHalf,        // the same numbers, which fp16 holds exactly, multiplied in fp16: older devices, and widths that are no multiple of 16
  noWay
};

// y [tokens, outputs] = x [tokens, inputs] by w [outputs, inputs]; in cuBLASLt's columns first yT = wT' x.
struct Shape {
  int64_t tokens, outputs, inputs;
};

const cublaslt::Library& library() {
  static const cublaslt::Library library;
  return library;
}

// cuBLASLt's descriptions of one product.
class Description {
 public:
  void *operation = nullptr, *w = nullptr, *x = nullptr, *y = nullptr;

  Description(Way way, bool fast, const Shape& shape, const float* wScales, const float* xScales) {
    using namespace cublaslt;
    const int type = way == inHalf ? float16 : e4m3;
    try {
      check(library().createOperation(&operation, computeFloat32, float32), "description");
      set(transA, transposed);
      if (way != inHalf) set(fastAccumulation, int8_t(fast));
      if (way == scaledInside) {
        set(aScaleMode, vectorOfScales);
        set(bScaleMode, vectorOfScales);
        set(aScalePointer, wScales);
        set(bScalePointer, xScales);
      }
      check(library().createLayout(&w, type, shape.inputs, shape.outputs, shape.inputs), "layout");
      check(library().createLayout(&x, type, shape.inputs, shape.tokens, shape.inputs), "layout");
      check(library().createLayout(&y, float16, shape.outputs, shape.tokens, shape.outputs), "layout");
    } catch (...) {
      release();
      throw;
    }
  }
  Description(const Description&) = delete;
  ~Description() { release(); }

 private:
  template <typename Value>
  void set(int attribute, Value value) {
    cublaslt::check(library().setOperation(operation, attribute, &value, sizeof value), "attribute");
  }

  void release() {
    for (void* layout : {w, x, y}) {
      if (layout) library().destroyLayout(layout);
    }
    if (operation) library().destroyOperation(operation);
  }
};

struct Plan {
  Way way = noWay;
  cublaslt::Suggestion suggestion{};
};

// What a device does best for a shape; false where it has no such way.
bool suggest(void* handle, const Description& description, cublaslt::Suggestion& suggestion) {
  void* preference;
  cublaslt::check(library().createPreference(&preference), "preference");
  int found = 0;
  const uint64_t bytes = mostWorkspace;
  const bool answered =
      library().setPreference(preference, cublaslt::maxWorkspaceBytes, &bytes, sizeof bytes) == 0 &&
      library().suggest(handle, description.operation, description.w, description.x, description.y, description.y,
                        preference, 1, &suggestion, &found) == 0;
  library().destroyPreference(preference);
  return answered && found > 0 && suggestion.state == 0;
}

// One handle a device, and what was planned on it before.
class Device {
 public:
  // The one that the thread computes on.
  static Device& current() {
    static std::mutex mutex;
    static std::map<int, Device> devices;
    int id;
    if (cudaGetDevice(&id) != cudaSuccess) throw std::runtime_error("no CUDA device");
    std::lock_guard<std::mutex> lock(mutex);
    Device& device = devices[id];
    if (!device.handle) cublaslt::check(library().create(&device.handle), "handle");
    return device;
  }

  Plan plan(const Shape& shape, Way from, bool fast, const float* wScales, const float* xScales) {
    std::lock_guard<std::mutex> lock(mutex);
    Plan& plan = plans[{shape.tokens, shape.outputs, shape.inputs, from, fast}];
    for (int way = from; plan.way == noWay && way < noWay; way++) {
      try {
        const Description description(Way(way), fast, shape, wScales, xScales);
        if (suggest(handle, description, plan.suggestion)) plan.way = Way(way);
      } catch (const std::runtime_error&) {
        if (way == inHalf) throw;  // the others an older cuBLASLt may not know
      }
    }
    if (plan.way == noWay) throw std::runtime_error("cuBLASLt has no product of these widths");
    return plan;
  }

  void* handle = nullptr;

 private:
  std::mutex mutex;
  std::map<std::tuple<int64_t, int64_t, int64_t, int, bool>, Plan> plans;
};

// Eight numbers in 8 bits to fp16, which is exact.
__global__ void widen(const uint2* q, Eight* h, size_t count) {
  const size_t at = blockIdx.x * size_t(blockDim.x) + threadIdx.x;
  if (at >= count) return;
  const uint32_t halves[2] = {q[at].x, q[at].y};
  Eight wide;
  for (int i = 0; i < 4; i++) {
    const __half2_raw pair = __nv_cvt_fp8x2_to_halfraw2(halves[i / 2] >> 16 * (i % 2) & 0xffff, __NV_E4M3);
    wide.pair[i] = half2(pair);
  }
  h[at] = wide;
}

// y times its token's scale, its output's and `factor`, in place; a block a token.
__global__ void scaleProduct(Eight* y, const float* xScales, const float* wScales, int width, float factor) {
  const float ofToken = xScales[blockIdx.x] * factor;
  Eight* row = y + size_t(blockIdx.x) * width;
  for (int at = threadIdx.x; at < width; at += blockDim.x) {
    float v[8];
    unpack(row[at], v);
    for (int i = 0; i < 8; i++) v[i] *= ofToken * wScales[8 * at + i];
    row[at] = pack(v);
  }
}

Eight* widened(const void* q, char* into, int64_t count, cudaStream_t stream) {
  const size_t packs = count / 8;
  Eight* h = reinterpret_cast<Eight*>(into);
  widen<<<unsigned((packs + 255) / 256), 256, 0, stream>>>(static_cast<const uint2*>(q), h, packs);
  requireLaunched();
  return h;
}

size_t aligned(size_t bytes) { return (bytes + 255) / 256 * 256; }

}  // namespace

void runQuantizeRows(const ort::Context& context, const ort::Attributes&) {
  const ort::Tensor x = context.input(0);
  const int width = eightsOf(x);
  ort::Tensor q = context.output(0, x.dims);
  ort::Tensor scales = context.output(1, {x.dims.begin(), x.dims.end() - 1});
  if (x.count() > 0) launchQuantizeRows<1>(x, q, scales, width, streamOf(context));
}

void runEightBitProduct(const ort::Context& context, const ort::Attributes& attributes) {
  const ort::Tensor x = context.input(0), xScales = context.input(1), w = context.input(2), wScales = context.input(3);
  const Shape shape{xScales.count(), w.dims[0], w.dims[1]};
  if (x.dims.back() != shape.inputs || wScales.count() != shape.outputs || shape.inputs % 8 || shape.outputs % 8) {
    throw std::runtime_error("widths that do not fit, or are no multiple of 8");
  }
  std::vector<int64_t> dims = x.dims;
  dims.back() = shape.outputs;
  ort::Tensor y = context.output(0, dims);
  if (y.count() == 0) return;
  const cudaStream_t stream = streamOf(context);
  const float *wScale = static_cast<const float*>(wScales.data), *xScale = static_cast<const float*>(xScales.data);
  Device& device = Device::current();
  const Plan plan = device.plan(shape, Way(attributes.way), attributes.fast, wScale, xScale);

  const size_t workspaceBytes = plan.suggestion.workspaceBytes;
  const size_t wBytes = plan.way == inHalf ? aligned(2 * w.count()) : 0, xBytes = plan.way == inHalf ? 2 * x.count() : 0;
  // Ours until the node is done: nothing in the graph reads it.
  ort::Tensor scratch = context.output(1, {int64_t(aligned(workspaceBytes) + wBytes + xBytes)});
  char* const behind = static_cast<char*>(scratch.data) + aligned(workspaceBytes);
  const void *a = w.data, *b = x.data;
  if (plan.way == inHalf) {
    a = widened(w.data, behind, w.count(), stream);
    b = widened(x.data, behind + wBytes, x.count(), stream);
  }

  // Not scaled yet the sums are too large for fp16: no sum of products is over 448 * 448 * inputs.
  const float most = largest * largest * shape.inputs, beta = 0;
  const float alpha = plan.way == scaledInside ? 1 : 65504 / most;
  const Description description(plan.way, attributes.fast, shape, wScale, xScale);
  cublaslt::check(library().multiply(device.handle, description.operation, &alpha, a, description.w, b, description.x, &beta,
                                     y.data, description.y, y.data, description.y, &plan.suggestion.algorithm, scratch.data,
                                     workspaceBytes, stream),
                  "product");
  if (plan.way == scaledInside) return;
  scaleProduct<<<unsigned(shape.tokens), 256, 0, stream>>>(eights(y), xScale, wScale, int(shape.outputs / 8), most / 65504);
  requireLaunched();
}
