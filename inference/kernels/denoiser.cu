// What lies between the matrix products of a transformer block, in one pass over the tokens each where ONNX Runtime takes three or four:
// the operators of ../graph/fused-ops.ts. Half precision in and out, float32 inside.
// In the norms a block of threads is a token, a thread 8 numbers of it: widths are multiples of 8 up to 8,192.
#include "eight_bits.cuh"

namespace {

// The sum over a block of whole warps, for all of its threads.
__device__ float sumOfBlock(float value) {
  __shared__ float warps[32];
  for (int offset = 16; offset > 0; offset /= 2) value += __shfl_xor_sync(0xffffffff, value, offset);
  __syncthreads();  // the last may still be reading the sum before
  if (threadIdx.x % 32 == 0) warps[threadIdx.x / 32] = value;
  __syncthreads();
  float sum = 0;
  for (int i = 0; i < blockDim.x / 32; i++) sum += warps[i];
  return sum;
}

// A pair of numbers, by an angle.
__device__ void turn(float* pair, float cosine, float sine) {
  const float p = pair[0], q = pair[1];
  pair[0] = p * cosine - q * sine;
  pair[1] = p * sine + q * cosine;
}

// y = RMS(x + bias)·weight, every pair of numbers then turned by its angle where `rotate`. `width` counts eights; the tables of cosines and
// sines have a row of `fours` times four angles for each token of a row. 32 registers, so that a multiprocessor holds 2,048 threads.
template <bool rotate>
__global__ void __launch_bounds__(1024, 2)
    biasRmsNorm(const Eight* x, const Eight* bias, const Eight* weight, const float4* cosines, const float4* sines, Eight* y,
                int width, int fours, int tokensOfRow, float epsilon) {
  const int lane = threadIdx.x;
  const bool active = lane < width;
  const size_t at = size_t(blockIdx.x) * width + lane;
  float v[8], other[8];
  // What is used after the sum is asked for before the block waits for it.
  Eight weights{};
  float4 c{}, s{};
  float squares = 0;
  if (active) {
    unpack(x[at], v);
    unpack(bias[lane], other);
    weights = weight[lane];
    if (rotate) {
      const size_t angles = size_t(blockIdx.x % tokensOfRow) * fours + lane % fours;
      c = cosines[angles];
      s = sines[angles];
    }
    for (int i = 0; i < 8; i++) {
      v[i] += other[i];
      squares += v[i] * v[i];
    }
  }
  const float scale = rsqrtf(sumOfBlock(squares) / (8 * width) + epsilon);
  if (!active) return;
  unpack(weights, other);
  for (int i = 0; i < 8; i++) v[i] *= scale * other[i];
  if (rotate) {
    turn(v, c.x, s.x);
    turn(v + 2, c.y, s.y);
    turn(v + 4, c.z, s.z);
    turn(v + 6, c.w, s.w);
  }
  y[at] = pack(v);
}

// sum = x + gate·(y + bias), normed = LN(sum)·scale + shift, `rounded` to 8 bits or in fp16. A gate, a scale and a shift serve so many tokens
// each.
template <bool rounded>
__global__ void gateAddNorm(const Eight* x, const Eight* y, const Eight* bias, const Eight* gate, const Eight* scale,
                            const Eight* shift, Eight* sum, void* normed, float* scales, int width, int tokensOfGate, int tokensOfNorm,
                            float epsilon) {
  const int lane = threadIdx.x;
  const bool active = lane < width;
  const size_t at = size_t(blockIdx.x) * width + lane;
  float v[8], a[8], b[8], c[8];
  float total = 0;
  if (active) {
    unpack(x[at], v);
    unpack(y[at], a);
    unpack(bias[lane], b);
    unpack(gate[size_t(blockIdx.x / tokensOfGate) * width + lane], c);
    for (int i = 0; i < 8; i++) {
      v[i] += c[i] * (a[i] + b[i]);
      total += v[i];
    }
    sum[at] = pack(v);
  }
  const float mean = sumOfBlock(total) / (8 * width);
  float squares = 0;
  if (active) {
    for (int i = 0; i < 8; i++) squares += (v[i] - mean) * (v[i] - mean);
  }
  const float inverse = rsqrtf(sumOfBlock(squares) / (8 * width) + epsilon);
  if (active) {
    const size_t group = size_t(blockIdx.x / tokensOfNorm) * width + lane;
    unpack(scale[group], a);
    unpack(shift[group], b);
    for (int i = 0; i < 8; i++) v[i] = (v[i] - mean) * inverse * a[i] + b[i];
  }
  if (!rounded) {
    if (active) static_cast<Eight*>(normed)[at] = pack(v);
    return;
  }
  const float most = largestOfBlock(active ? largestOfEight(v) : 0);
  if (active) static_cast<uint2*>(normed)[at] = toEightBits(v, eightBitFactor(most));
  if (lane == 0) scales[blockIdx.x] = most / largestEightBits;
}

// A block a token, whole warps.
struct Launch {
  int width, blocks, threads;
  cudaStream_t stream;

  Launch(const ort::Context& context, const ort::Tensor& x)
      : width(eightsOf(x)),
        blocks(int(x.count() / x.dims.back())),
        threads((width + 31) / 32 * 32),
        stream(streamOf(context)) {
    if (threads > 1024) throw std::runtime_error("a width of " + std::to_string(8 * width) + ", more than 8192");
  }

  // Of how many tokens one vector of `perGroup` is.
  int tokensOf(const ort::Tensor& perGroup) const { return int(blocks / (perGroup.count() / (8 * width))); }
};

template <bool rotate>
void launchBiasRmsNorm(const ort::Context& context, const ort::Attributes& attributes) {
  const ort::Tensor x = context.input(0), bias = context.input(1), weight = context.input(2);
  const Launch launch(context, x);
  ort::Tensor y = context.output(0, x.dims);
  if (launch.blocks == 0) return;
  const ort::Tensor cosines = rotate ? context.input(3) : ort::Tensor{}, sines = rotate ? context.input(4) : ort::Tensor{};
  const int halfHead = rotate ? int(cosines.dims.back()) : 4, tokensOfRow = rotate ? int(cosines.dims.front()) : 1;
  if (halfHead % 4) throw std::runtime_error("heads of " + std::to_string(2 * halfHead) + " numbers, no multiple of 8");
  biasRmsNorm<rotate><<<launch.blocks, launch.threads, 0, launch.stream>>>(
      eights(x), eights(bias), eights(weight), static_cast<const float4*>(cosines.data),
      static_cast<const float4*>(sines.data), eights(y), launch.width, halfHead / 4, tokensOfRow, attributes.epsilon);
  requireLaunched();
}

template <bool rounded>
void launchGateAddNorm(const ort::Context& context, const ort::Attributes& attributes) {
  const ort::Tensor x = context.input(0), y = context.input(1), bias = context.input(2), gate = context.input(3);
  const ort::Tensor scale = context.input(4), shift = context.input(5);
  const Launch launch(context, x);
  ort::Tensor sum = context.output(0, x.dims), normed = context.output(1, x.dims);
  const ort::Tensor scales = rounded ? context.output(2, {x.dims.begin(), x.dims.end() - 1}) : ort::Tensor{};
  if (launch.blocks == 0) return;
  gateAddNorm<rounded><<<launch.blocks, launch.threads, 0, launch.stream>>>(
      eights(x), eights(y), eights(bias), eights(gate), eights(scale), eights(shift), eights(sum), normed.data,
      static_cast<float*>(scales.data), launch.width, launch.tokensOf(gate), launch.tokensOf(scale), attributes.epsilon);
  requireLaunched();
}

}  // namespace

void runBiasRmsNorm(const ort::Context& context, const ort::Attributes& attributes) {
  launchBiasRmsNorm<false>(context, attributes);
}
void runBiasRmsNormRotate(const ort::Context& context, const ort::Attributes& attributes) {
  launchBiasRmsNorm<true>(context, attributes);
}

void runGateAddNorm(const ort::Context& context, const ort::Attributes& attributes) {
  launchGateAddNorm<false>(context, attributes);
}
void runGateAddNormRounded(const ort::Context& context, const ort::Attributes& attributes) {
  launchGateAddNorm<true>(context, attributes);
}
