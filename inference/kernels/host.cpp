// What the processor does between two steps of the GPU: the loops of ../arithmetic.ts, several numbers an instruction. The same bits:
// sums in double, products and sums not contracted, rounded once.
#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <vector>

#include "crew.h"

#define NOT_CONTRACTED __attribute__((optimize("fp-contract=off")))
#define CLONES __attribute__((target_clones("avx512f", "avx2", "default"))) NOT_CONTRACTED

namespace {

constexpr size_t most_terms = 4;
// Numbers that go through all sums before the next ones do: a step's ten arrays of them stay in a core's first cache.
constexpr size_t block = 512;

// Of one sum the numbers from `begin` to `end`. `arrays`: its result, then what is added.
template <size_t terms>
__attribute__((always_inline)) inline void add_up(size_t begin, size_t end, float* const* arrays, const double* weights) {
  float* const result = arrays[0];
  const float *const x = arrays[1], *const y = arrays[2], *const z = arrays[3], *const w = arrays[4];
  const double a = weights[0], b = weights[1], c = weights[2], d = weights[3];
#pragma GCC ivdep
  for (size_t i = begin; i < end; i++) {
    double sum = a * x[i] + b * y[i];
    if (terms > 2) sum += c * z[i];
    if (terms > 3) sum += d * w[i];
    result[i] = static_cast<float>(sum);
  }
}

CLONES void sum_between(size_t begin, size_t end, size_t sums, float* const* arrays, const double* weights) {
  for (size_t first = begin; first < end; first += block) {
    const size_t last = std::min(first + block, end);
    for (size_t sum = 0; sum < sums; sum++) {
      float* const* const own = arrays + (1 + most_terms) * sum;
      const double* const weight = weights + most_terms * sum;
      if (own[4]) add_up<4>(first, last, own, weight);
      else if (own[3]) add_up<3>(first, last, own, weight);
      else add_up<2>(first, last, own, weight);
    }
  }
}

NOT_CONTRACTED std::array<double, 5> moments_between(size_t begin, size_t end, const float* x, const float* y) {
  std::array<double, 5> sums = {};
  for (size_t i = begin; i < end; i++) {
    const double a = x[i], b = y[i];
    const double terms[] = {a, b, a * a, a * b, b * b};
    for (size_t k = 0; k < 5; k++) sums[k] += terms[k];
  }
  return sums;
}

// Only numbers that are not infinite or NaN vanish when multiplied by zero.
CLONES bool are_finite(const float* numbers, size_t count) {
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

CLONES void rgb24_between(size_t begin, size_t end, const float* pixels, size_t plane, uint8_t* bytes) {
  for (size_t color = 0; color < 3; color++) {
    for (size_t i = begin; i < end; i++) {
      const float level = std::nearbyint(255 * (pixels[color * plane + i] / 2 + 0.5f));
      bytes[3 * i + color] = level >= 255 ? 255 : level > 0 ? static_cast<uint8_t>(level) : 0;  // NaN is neither
    }
  }
}

}  // namespace

// `arrays` are [sums, 1 + most_terms], null where a sum has fewer terms, `weights` [sums, most_terms]. A result may be one of its own sum's arrays, or of a later sum's.
EXPORT void reelql_weighted_sums(size_t count, size_t sums, float* const* arrays, const double* weights) {
  crew.share_numbers(count, [=](size_t begin, size_t end) { sum_between(begin, end, sums, arrays, weights); });
}

// `sums`: of x, y, x², x·y and y², each part's by itself and then these in order.
EXPORT void reelql_moments(size_t count, const float* x, const float* y, double* sums) {
  std::vector<std::array<double, 5>> parts(count / part_count + 1);
  crew.share_numbers(count, [&](size_t begin, size_t end) { parts[begin / part_count] = moments_between(begin, end, x, y); });
  std::array<double, 5> all = {};
  for (const auto& part : parts) {
    for (size_t i = 0; i < 5; i++) all[i] += part[i];
  }
  std::copy(all.begin(), all.end(), sums);
}

// 1 where no number is infinite or NaN.
EXPORT int reelql_all_finite(const float* numbers, size_t count) {
  std::atomic<bool> finite{true};
  crew.share_numbers(count, [&](size_t begin, size_t end) {
    if (!are_finite(numbers + begin, end - begin)) finite = false;
  });
  return finite;
}

// Pixels in [-1, 1], a plane a color, to bytes, a color after the other: (x / 2 + 0.5)·255 in float, rounded to the nearest, halves to even.
EXPORT void reelql_rgb24(const float* pixels, size_t plane, uint8_t* bytes) {
  crew.share_numbers(plane, [=](size_t begin, size_t end) { rgb24_between(begin, end, pixels, plane, bytes); });
}
