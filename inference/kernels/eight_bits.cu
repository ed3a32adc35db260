// Layers in 8 bits: QuantizeRows and EightBitProduct of ../graph/fused-ops.ts.
#include "eight_bits.cuh"

#include "products.cuh"

namespace {

struct Unchanged {
  __device__ void operator()(float*, int) const {}
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
  const Product product{xScales.count(), w.dims[0], w.dims[1], wScales.data, xScales.data, nullptr, attributes.fast != 0};
  if (x.dims.back() != product.inputs || wScales.count() != product.outputs || product.inputs % 8 || product.outputs % 8) {
    throw std::runtime_error("widths that do not fit, or are no multiple of 8");
  }
  std::vector<int64_t> dims = x.dims;
  dims.back() = product.outputs;
  ort::Tensor y = context.output(0, dims);
  if (y.count() == 0) return;
  const cudaStream_t stream = streamOf(context);
  Device& device = Device::current();
  // The best first. fp16 holds the same numbers exactly: for older devices, and widths that are no multiple of 16.
  const std::vector<Way> ways{scaledInside, scaledAfter, inHalf};
  const Plan plan = device.plan(product, {ways.begin() + attributes.way, ways.end()});

  const size_t workspaceBytes = aligned(plan.suggestion.workspaceBytes);
  const size_t wBytes = plan.way == inHalf ? aligned(2 * w.count()) : 0, xBytes = plan.way == inHalf ? 2 * x.count() : 0;
  // Ours until the node is done: nothing in the graph reads it.
  ort::Tensor scratch = context.output(1, {int64_t(workspaceBytes + wBytes + xBytes)});
  char* const behind = static_cast<char*>(scratch.data) + workspaceBytes;
  const void *a = w.data, *b = x.data;
  if (plan.way == inHalf) {
    a = widened(w.data, behind, w.count(), stream);
    b = widened(x.data, behind + wBytes, x.count(), stream);
  }

  // Not scaled yet the sums are too large for fp16: no sum of products is over 448 * 448 * inputs.
  const float most = largestEightBits * largestEightBits * product.inputs;
  device.multiply(plan, product, a, b, y, plan.way == scaledInside ? 1 : 65504 / most, scratch.data, stream);
  if (plan.way == scaledInside) return;
  scaleProduct<<<unsigned(product.tokens), 256, 0, stream>>>(eights(y), static_cast<const float*>(xScales.data),
                                                             static_cast<const float*>(wScales.data),
                                                             int(product.outputs / 8), most / 65504);
  requireLaunched();
}
