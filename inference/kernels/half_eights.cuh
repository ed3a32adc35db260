// Eight numbers in half precision as one load of 16 bytes, and what launches over tensors of them share.
#pragma once
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <string>

#include "custom_operators.h"

struct alignas(16) Eight {
  half2 pair[4];
};

__device__ inline void unpack(const Eight& from, float* to) {
  for (int i = 0; i < 4; i++) {
    const float2 both = __half22float2(from.pair[i]);
    to[2 * i] = both.x;
    to[2 * i + 1] = both.y;
  }
}

__device__ inline Eight pack(const float* from) {
  Eight to;
  for (int i = 0; i < 4; i++) to.pair[i] = __floats2half2_rn(from[2 * i], from[2 * i + 1]);
  return to;
}

inline const Eight* eights(const ort::Tensor& tensor) { return static_cast<const Eight*>(tensor.data); }
inline Eight* eights(ort::Tensor& tensor) { return static_cast<Eight*>(tensor.data); }

// How many of them the last axis is.
inline int eightsOf(const ort::Tensor& tensor) {
  const int64_t width = tensor.dims.back();
  if (width % 8 != 0) throw std::runtime_error("a width of " + std::to_string(width) + " is no multiple of 8");
  return int(width / 8);
}

inline cudaStream_t streamOf(const ort::Context& context) { return static_cast<cudaStream_t>(context.stream()); }

inline void requireLaunched() {
  const cudaError_t error = cudaGetLastError();
  if (error != cudaSuccess) throw std::runtime_error(cudaGetErrorString(error));
}
