// Tokens in 8 bits (e4m3): each divided by a scale of its own, so that its largest number becomes 448.
// Source: Micikevicius et al. 2022, "FP8 Formats for Deep Learning"; a scale for each token and each output as in torch._scaled_mm.
#pragma once
#include <cuda_fp8.h>

#include <cmath>
#include <cstring>

#include "half_eights.cuh"

constexpr float largestEightBits = 448;

// A token in 8 bits takes its scale from this.
__device__ inline float eightBitFactor(float most) { return most > 0 ? largestEightBits / most : 0; }

// The largest number of a block of whole warps, none negative, for all of its threads. To be called once.
__device__ inline float largestOfBlock(float value) {
  __shared__ float warps[32];
  for (int offset = 16; offset > 0; offset /= 2) value = fmaxf(value, __shfl_xor_sync(0xffffffff, value, offset));
  if (threadIdx.x % 32 == 0) warps[threadIdx.x / 32] = value;
  __syncthreads();
  float most = 0;
  for (int i = 0; i < blockDim.x / 32; i++) most = fmaxf(most, warps[i]);
  return most;
}

__device__ inline float largestOfEight(const float* v) {
  float most = 0;
  for (int i = 0; i < 8; i++) most = fmaxf(most, fabsf(v[i]));
  return most;
}

// To the nearest, ties to even; NaN stays NaN. The code for Ampere runs on Ada too, and without the instruction cuda_fp8.h converts by way of
// double, which those cards do at a sixty-fourth of the rate.
__host__ __device__ inline uint32_t roundToEightBits(float x) {
  if (x != x) return 0x7f;
  const uint32_t sign = x < 0 ? 0x80 : 0;
  const float magnitude = fminf(fabsf(x), largestEightBits);
  if (magnitude < 0.015625f) return sign | uint32_t(rintf(magnitude * 512));  // multiples of 2^-9
  uint32_t bits;
  memcpy(&bits, &magnitude, 4);
  return sign | (((bits + 0x7ffff + (bits >> 20 & 1)) >> 20) - (120 << 3));
}

__device__ inline uint32_t twoToEightBits(float low, float high) {
#if __CUDA_ARCH__ >= 890
  return __nv_cvt_float2_to_fp8x2({low, high}, __NV_SATFINITE, __NV_E4M3);
#else
  return roundToEightBits(low) | roundToEightBits(high) << 8;
#endif
}

__device__ inline uint2 toEightBits(const float* v, float factor) {
  uint32_t halves[2];
  for (int i = 0; i < 2; i++) {
    const float* four = v + 4 * i;
    halves[i] = twoToEightBits(four[0] * factor, four[1] * factor) | twoToEightBits(four[2] * factor, four[3] * factor) << 16;
  }
  return {halves[0], halves[1]};
}

// A block a token, a thread `each` times 8 of its numbers, which `change` may change first: it is given them and which eight of the token
// they are. A token with a number that is infinite becomes NaN.
template <int each, typename Change>
__global__ void quantizeRows(const Eight* x, uint2* q, float* scales, int width, Change change) {
  const Eight* row = x + size_t(blockIdx.x) * width;
  float v[each][8];
  float most = 0;
#pragma unroll
  for (int j = 0; j < each; j++) {
    const int at = threadIdx.x + j * blockDim.x;
    if (at >= width) continue;
    unpack(row[at], v[j]);
    change(v[j], at);
    most = fmaxf(most, largestOfEight(v[j]));
  }
  most = largestOfBlock(most);
  const float factor = eightBitFactor(most);
#pragma unroll
  for (int j = 0; j < each; j++) {
    const int at = threadIdx.x + j * blockDim.x;
    if (at < width) q[size_t(blockIdx.x) * width + at] = toEightBits(v[j], factor);
  }
  if (threadIdx.x == 0) scales[blockIdx.x] = most / largestEightBits;
}

// All tokens of x, into outputs 0 and 1.
template <int each = 1, typename Change>
void launchQuantizeRows(const ort::Context& context, const ort::Tensor& x, Change change) {
  const int width = eightsOf(x), perThread = (width + each - 1) / each;
  if (each < 8 && perThread > 512) return launchQuantizeRows<each < 8 ? 2 * each : 8>(context, x, change);
  if (perThread > 1024) throw std::runtime_error("a width of " + std::to_string(8 * width) + ", more than 65536");
  ort::Tensor q = context.output(0, x.dims);
  ort::Tensor scales = context.output(1, {x.dims.begin(), x.dims.end() - 1});
  if (x.count() == 0) return;
  quantizeRows<each><<<unsigned(scales.count()), (perThread + 31) / 32 * 32, 0, streamOf(context)>>>(
      eights(x), static_cast<uint2*>(q.data), static_cast<float*>(scales.data), width, change);
  requireLaunched();
}
