// Stands in for CUDA's headers where our kernels are compiled for the processor: what they use of CUDA, and no more.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <stdexcept>

#include "fibers.h"

#define __global__
#define __device__
#define __host__
#define __launch_bounds__(...)
// Blocks follow one another.
#define __shared__ static
#define rsqrtf(x) (1 / std::sqrt(x))
#define __expf(x) std::exp(x)

struct float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(8) uint2 {
  uint32_t x, y;
};
struct half2 {
  uint16_t x, y;
};

namespace emulation {

// IEEE 754's binary16.
inline float fromHalf(uint16_t half) {
  const int exponent = half >> 10 & 31, fraction = half & 1023;
  const float magnitude = exponent == 31  ? fraction ? NAN : INFINITY
                          : exponent == 0 ? std::ldexp(float(fraction), -24)
                                          : std::ldexp(float(1024 + fraction), exponent - 25);
  return half & 0x8000 ? -magnitude : magnitude;
}

// To the nearest, ties to even.
inline uint16_t toHalf(float number) {
  if (std::isnan(number)) return 0x7e00;
  const float magnitude = std::min(std::fabs(number), 65536.0f);
  const int lastPlace = std::max(std::ilogb(magnitude), -14) - 10;
  const int bits = int(std::nearbyint(std::ldexp(magnitude, -lastPlace))) - 1024 + ((lastPlace + 25) << 10);
  return uint16_t(std::min(bits, 0x7c00) | (std::signbit(number) ? 0x8000 : 0));
}

}  // namespace emulation

inline float2 __half22float2(half2 pair) { return {emulation::fromHalf(pair.x), emulation::fromHalf(pair.y)}; }
inline half2 __floats2half2_rn(float low, float high) { return {emulation::toHalf(low), emulation::toHalf(high)}; }

// For products, which are cuBLASLt's: there is no device for them.
using __half2_raw = half2;
enum { __NV_E4M3 };
inline half2 __nv_cvt_fp8x2_to_halfraw2(uint32_t, int) { throw std::logic_error("8 bits are multiplied on a GPU only"); }

using cudaStream_t = void*;
enum cudaError_t { cudaSuccess, cudaErrorNoDevice };
inline cudaError_t cudaGetLastError() { return cudaSuccess; }
inline const char* cudaGetErrorString(cudaError_t) { return "no error"; }
inline cudaError_t cudaGetDevice(int*) { return cudaErrorNoDevice; }
