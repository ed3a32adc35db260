// Layers in 8 bits: QuantizeRows and EightBitProduct of ../graph/fused-ops.ts.
#include "eight_bits.cuh"

#include <map>
#include <mutex>
#include <tuple>

#include "cublaslt.h"

namespace {

constexpr size_t mostWorkspace = 32 << 20;

struct Unchanged {
  __device__ void operator()(float*, int) const {}
};

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
  launchQuantizeRows(context, context.input(0), Unchanged{});
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
  const float most = largestEightBits * largestEightBits * shape.inputs, beta = 0;
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
