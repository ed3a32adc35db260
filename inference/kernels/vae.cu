// What lies between the convolutions of the VAE, with channels last, in one pass over the pixels each: operators of ../graph/fused-ops.ts.
// Half precision in and out, float32 inside. Channels are multiples of 8.
#include "half_eights.cuh"

namespace {

constexpr int warpsOfBlock = 8;

// y = silu(RMS(x + bias)·gamma); a warp is a pixel, a lane up to `rounds` eights of its channels. `width` counts eights.
template <int rounds>
__global__ void biasRmsNormSilu(const Eight* x, const Eight* bias, const Eight* gamma, Eight* y, int pixels, int width,
                                float epsilon) {
  const int pixel = blockIdx.x * warpsOfBlock + threadIdx.x / 32, lane = threadIdx.x % 32;
  if (pixel >= pixels) return;
  const size_t start = size_t(pixel) * width;
  float v[rounds][8], other[8];
  float squares = 0;
  for (int r = 0; r < rounds; r++) {
    const int at = lane + 32 * r;
    if (at >= width) break;
    unpack(x[start + at], v[r]);
    unpack(bias[at], other);
    for (int i = 0; i < 8; i++) {
      v[r][i] += other[i];
      squares += v[r][i] * v[r][i];
    }
  }
  for (int offset = 16; offset > 0; offset /= 2) squares += __shfl_xor_sync(0xffffffff, squares, offset);
  const float scale = rsqrtf(squares / (8 * width) + epsilon);
  for (int r = 0; r < rounds; r++) {
    const int at = lane + 32 * r;
    if (at >= width) break;
    unpack(gamma[at], other);
    for (int i = 0; i < 8; i++) {
      const float u = v[r][i] * scale * other[i];
      v[r][i] = u / (1 + __expf(-u));
    }
    y[start + at] = pack(v[r]);
  }
}

// sum = x + bias + y
__global__ void biasAdd(const Eight* x, const Eight* bias, const Eight* y, Eight* sum, size_t count, int width) {
  const size_t at = blockIdx.x * size_t(blockDim.x) + threadIdx.x;
  if (at >= count) return;
  float v[8], b[8], w[8];
  unpack(x[at], v);
  unpack(bias[at % width], b);
  unpack(y[at], w);
  for (int i = 0; i < 8; i++) v[i] += b[i] + w[i];
  sum[at] = pack(v);
}

}  // namespace

void runBiasRmsNormSilu(const ort::Context& context, const ort::Attributes& attributes) {
  const ort::Tensor x = context.input(0), bias = context.input(1), gamma = context.input(2);
  ort::Tensor y = context.output(0, x.dims);
  if (x.count() == 0) return;
  const int width = eightsOf(x), pixels = int(x.count() / (8 * width));
  auto kernel = width <= 32 ? biasRmsNormSilu<1> : width <= 64 ? biasRmsNormSilu<2> : biasRmsNormSilu<4>;
  if (width > 128) throw std::runtime_error("more than 1024 channels");
  kernel<<<(pixels + warpsOfBlock - 1) / warpsOfBlock, 32 * warpsOfBlock, 0, streamOf(context)>>>(
      eights(x), eights(bias), eights(gamma), eights(y), pixels, width, attributes.epsilon);
  requireLaunched();
}

void runBiasAdd(const ort::Context& context, const ort::Attributes&) {
  const ort::Tensor x = context.input(0), bias = context.input(1), y = context.input(2);
  ort::Tensor sum = context.output(0, x.dims);
  if (x.count() == 0) return;
  const int width = eightsOf(x);
  const size_t count = x.count() / 8;
  biasAdd<<<unsigned((count + 255) / 256), 256, 0, streamOf(context)>>>(eights(x), eights(bias), eights(y), eights(sum),
                                                                        count, width);
  requireLaunched();
}
