// What lies between the convolutions of the VAE, with channels last, in one pass over the pixels each: operators of ../graph/fused-ops.ts.
// Half precision in and out, float32 inside. Channels are multiples of 8.
#include "half_eights.cuh"

namespace {

constexpr int warpsOfBlock = 8;

// How many frames a convolution looks back on.
constexpr int kept = 2;

// seen = past, then silu(RMS(x + bias)·gamma); next = the last `kept` frames of it. Tensors are [rows, frames, area, width], `width` counts
// eights; a warp is a pixel of x, a lane up to `rounds` eights of its channels.
// next may lie over past: the thread that writes a place of next is the one that reads it in past, before.
template <int rounds>
__global__ void biasRmsNormSiluAfter(const Eight* x, const Eight* bias, const Eight* gamma, const Eight* past, Eight* seen,
                                     Eight* next, int pixels, int frames, int area, int width, float epsilon) {
  const int pixel = blockIdx.x * warpsOfBlock + threadIdx.x / 32, lane = threadIdx.x % 32;
  if (pixel >= pixels) return;
  const int place = pixel % area, frame = pixel / area % frames, row = pixel / area / frames;
  const size_t start = size_t(pixel) * width, toNextFrame = size_t(area) * width;
  const Eight* pastHere = past + (size_t(row) * kept * area + place) * width;
  Eight* nextHere = next + (size_t(row) * kept * area + place) * width;
  Eight* seenHere = seen + (size_t(row) * (kept + frames) * area + place) * width;
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
    const Eight y = pack(v[r]);
    seenHere[(kept + frame) * toNextFrame + at] = y;
    if (frames == 1) {
      const Eight oldest = pastHere[at], last = pastHere[toNextFrame + at];
      seenHere[at] = oldest;
      seenHere[toNextFrame + at] = last;
      nextHere[at] = last;
      nextHere[toNextFrame + at] = y;
    } else if (const int k = frame - (frames - kept); k >= 0) {
      seenHere[k * toNextFrame + at] = pastHere[k * toNextFrame + at];
      nextHere[k * toNextFrame + at] = y;
    }
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

void runBiasRmsNormSiluAfter(const ort::Context& context, const ort::Attributes& attributes) {
  const ort::Tensor x = context.input(0), bias = context.input(1), gamma = context.input(2), past = context.input(3);
  std::vector<int64_t> dims = x.dims;
  dims.at(1) = kept;
  if (dims.size() != 5 || past.dims != dims) throw std::runtime_error("past is not of the same frames");
  dims[1] += x.dims[1];
  ort::Tensor seen = context.output(0, dims), next = context.output(1, past.dims);
  const int width = eightsOf(x), pixels = int(x.count() / (8 * width)), area = int(x.dims[2] * x.dims[3]);
  if (width > 128) throw std::runtime_error("more than 1024 channels");
  auto kernel = width <= 32   ? biasRmsNormSiluAfter<1>
                : width <= 64 ? biasRmsNormSiluAfter<2>
                              : biasRmsNormSiluAfter<4>;
  kernel<<<(pixels + warpsOfBlock - 1) / warpsOfBlock, 32 * warpsOfBlock, 0, streamOf(context)>>>(
      eights(x), eights(bias), eights(gamma), eights(past), eights(seen), eights(next), pixels, int(x.dims[1]), area, width,
      attributes.epsilon);
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
