// What the processor does between two steps of the GPU: the loops of ../arithmetic.ts, several numbers an instruction. The same bits:
// sums in double, products and sums not contracted, rounded once.
#include <cmath>
#include <cstddef>
#include <cstdint>

#define EXPORT                                                                                        \
  extern "C" __attribute__((visibility("default"), target_clones("avx512f", "avx2", "default"), \
                            optimize("fp-contract=off")))

// `result` may be one of the arrays.
EXPORT void reelql_weighted_sum(float* result, size_t count, double a, const float* x, double b, const float* y, double c,
                                const float* z, double d, const float* w) {
#pragma GCC ivdep
  for (size_t i = 0; i < count; i++) {
    result[i] = static_cast<float>(a * x[i] + b * y[i] + c * z[i] + d * w[i]);
  }
}

// 1 where no number is infinite or NaN: only those do not vanish when multiplied by zero.
EXPORT int reelql_all_finite(const float* numbers, size_t count) {
  float sums[16] = {};
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    for (size_t k = 0; k < 16; k++) sums[k] += numbers[i + k] * 0;
  }
  for (; i < count; i++) sums[0] += numbers[i] * 0;
  float all = 0;
  for (float sum : sums) all += sum;
  return all == 0;
}

// Pixels in [-1, 1], a plane a color, to bytes, a color after the other: (x / 2 + 0.5)·255 in float, rounded to the nearest, halves to even.
EXPORT void reelql_rgb24(const float* pixels, size_t plane, uint8_t* bytes) {
  for (size_t color = 0; color < 3; color++) {
    for (size_t i = 0; i < plane; i++) {
      const float level = std::nearbyint(255 * (pixels[color * plane + i] / 2 + 0.5f));
      bytes[3 * i + color] = level >= 255 ? 255 : level > 0 ? static_cast<uint8_t>(level) : 0;  // NaN is neither
    }
  }
}
