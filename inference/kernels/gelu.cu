// The GELU of a feed-forward network in its tanh form, after its product or inside of it: operators of ../graph/fused-ops.ts. Half precision
// in and out, float32 inside.
#include "eight_bits.cuh"
#include "products.cuh"

namespace {

// v = gelu(v + bias), `bias` of 8 numbers.
__device__ void addGelu(float* v, const Eight& bias) {
  float b[8];
  unpack(bias, b);
  for (int i = 0; i < 8; i++) {
    const float u = v[i] + b[i];
    v[i] = 0.5f * u * (1 + tanhf(0.7978845608f * (u + 0.044715f * u * u * u)));
  }
}

struct BiasGelu {
  const Eight* bias;
  __device__ void operator()(float* v, int at) const { addGelu(v, bias[at]); }
};

// `count` and `width` in eights; y may be x.
__global__ void biasGelu(const Eight* x, const Eight* bias, Eight* y, size_t count, int width) {
  const size_t at = blockIdx.x * size_t(blockDim.x) + threadIdx.x;
  if (at >= count) return;
  float v[8];
  unpack(x[at], v);
  addGelu(v, bias[at % width]);
  y[at] = pack(v);
}

void launchBiasGelu(const ort::Tensor& x, const ort::Tensor& bias, ort::Tensor& y, cudaStream_t stream) {
  const size_t count = x.count() / 8;
  biasGelu<<<unsigned((count + 255) / 256), 256, 0, stream>>>(eights(x), eights(bias), eights(y), count, eightsOf(x));
  requireLaunched();
}

}  // namespace

void runBiasGelu(const ort::Context& context, const ort::Attributes&) {
  const ort::Tensor x = context.input(0), bias = context.input(1);
  ort::Tensor y = context.output(0, x.dims);
  if (x.count() > 0) launchBiasGelu(x, bias, y, streamOf(context));
}

void runBiasGeluRounded(const ort::Context& context, const ort::Attributes&) {
  launchQuantizeRows(context, context.input(0), BiasGelu{eights(context.input(1))});
}

void runGeluProduct(const ort::Context& context, const ort::Attributes&) {
  const ort::Tensor x = context.input(0), w = context.input(1), bias = context.input(2);
  const int64_t outputs = w.dims[0], inputs = w.dims[1];
  if (x.dims.back() != inputs || bias.count() != outputs || inputs % 8 || outputs % 8) {
    throw std::runtime_error("widths that do not fit, or are no multiple of 8");
  }
  // As cuBLASLt wants it, and our own kernel.
  if (reinterpret_cast<uintptr_t>(bias.data) % sizeof(Eight)) throw std::runtime_error("a bias that is not aligned to 16 bytes");
  std::vector<int64_t> dims = x.dims;
  dims.back() = outputs;
  ort::Tensor y = context.output(0, dims);
  if (y.count() == 0) return;
  const cudaStream_t stream = streamOf(context);
  Product product{x.count() / inputs, outputs, inputs};
  product.bias = bias.data;
  Device& device = Device::current();
  const Plan plan = device.plan(product, {geluInside, inHalf});  // the latter for a cuBLASLt that lacks the former
  // Ours until the node is done: nothing in the graph reads it.
  const ort::Tensor scratch = context.output(1, {int64_t(plan.suggestion.workspaceBytes)});
  device.multiply(plan, product, w.data, x.data, y, 1, scratch.data, stream);
  if (plan.way == inHalf) launchBiasGelu(y, bias, y, stream);
}
