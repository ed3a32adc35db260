// The noise of ../philox-noise.ts, to the same bits: log, cos and sin are those of V8, which are fdlibm's ("Freely Distributable LIBM", Sun
// Microsystems 1993), for the arguments that occur there. Every operation is rounded by itself.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "crew.h"

#pragma GCC optimize("fp-contract=off")

namespace {

struct Words {
  uint32_t a, b, c, d;
};

// Philox4x32-10
Words philox(Words counter, uint32_t k0, uint32_t k1) {
  for (int round = 0; round < 10; round++) {
    const uint64_t p = uint64_t{0xd2511f53} * counter.a;
    const uint64_t q = uint64_t{0xcd9e8d57} * counter.c;
    counter = {uint32_t(q >> 32) ^ counter.b ^ k0, uint32_t(q), uint32_t(p >> 32) ^ counter.d ^ k1, uint32_t(p)};
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  return counter;
}

uint64_t bits_of(double x) {
  uint64_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}

double with_bits(uint64_t bits) {
  double x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

// Sign, exponent and the 20 upper bits of the fraction.
uint32_t high_word(double x) { return bits_of(x) >> 32; }

// Of 0 < x < 1, no subnormal: with x = 2^power·(1 + f) and √½ < 1 + f < √2.
double logarithm(double x) {
  constexpr double ln2_high = 6.93147180369123816490e-01, ln2_low = 1.90821492927058770002e-10;
  constexpr double l1 = 6.666666666666735130e-01, l2 = 3.999999999940941908e-01, l3 = 2.857142874366239149e-01,
                   l4 = 2.222219843214978396e-01, l5 = 1.818357216161805012e-01, l6 = 1.531383769920937332e-01,
                   l7 = 1.479819860511658591e-01;
  const uint64_t bits = bits_of(x);
  const int32_t fraction = bits >> 32 & 0xfffff;
  const int32_t halved = (fraction + 0x95f64) & 0x100000;  // from √2 on
  const double power = int32_t(bits >> 52) - 1023 + (halved >> 20);
  const double f = with_bits((bits & 0xfffffffffffff) | uint64_t(halved ^ 0x3ff00000) << 32) - 1;
  if (((fraction + 2) & 0xfffff) < 3) {  // |f| < 2^-20
    const double r = f * f * (0.5 - 0.33333333333333333 * f);
    return power * ln2_high - ((r - power * ln2_low) - f);
  }
  const double s = f / (2 + f);
  const double z = s * s;
  const double w = z * z;
  const double r = z * (l1 + w * (l3 + w * (l5 + w * l7))) + w * (l2 + w * (l4 + w * l6));
  if (fraction >= 0x6147a && fraction <= 0x6b851) {  // around √2, where f is large
    const double half = 0.5 * f * f;
    return power * ln2_high - ((half - (s * (half + r) + power * ln2_low)) - f);
  }
  return power * ln2_high - ((s * (f - r) - power * ln2_low) - f);
}

// Of x + y, |x| < π/4, where y is what x is too short for.
double kernel_cosine(double x, double y) {
  constexpr double c1 = 4.16666666666666019037e-02, c2 = -1.38888888888741095749e-03, c3 = 2.48015872894767294178e-05,
                   c4 = -2.75573143513906633035e-07, c5 = 2.08757232129817482790e-09, c6 = -1.13596475577881948265e-11;
  const uint32_t high = high_word(x) & 0x7fffffff;
  const double z = x * x;
  const double r = z * (c1 + z * (c2 + z * (c3 + z * (c4 + z * (c5 + z * c6)))));
  // About |x|/4, from 0.3 on
  const double q = high < 0x3fd33333 ? 0 : high > 0x3fe90000 ? 0.28125 : with_bits(uint64_t(high - 0x00200000) << 32);
  const double half = 0.5 * z - q;
  return (1 - q) - (half - (z * r - x * y));
}

constexpr double s1 = -1.66666666666666324348e-01, s2 = 8.33333333332248946124e-03, s3 = -1.98412698298579493134e-04,
                 s4 = 2.75573137070700676789e-06, s5 = -2.50507602534068634195e-08, s6 = 1.58969099521155010221e-10;

double kernel_sine(double x) {
  const double z = x * x;
  const double v = z * x;
  return x + v * (s1 + z * (s2 + z * (s3 + z * (s4 + z * (s5 + z * s6)))));
}

double kernel_sine(double x, double y) {
  if ((high_word(x) & 0x7fffffff) < 0x3e400000) return x;
  const double z = x * x;
  const double v = z * x;
  const double r = s2 + z * (s3 + z * (s4 + z * (s5 + z * s6)));
  return x - ((z * (0.5 * y - v * r) - y) - v * s1);
}

struct Point {
  double cosine, sine;
};

// Of 0 < x < 2π, no nearer to a multiple of π/2 than 2^-31.
Point on_circle(double x) {
  constexpr double two_over_pi = 6.36619772367581382433e-01;
  // π/2 = first + first_rest = first + second + second_rest
  constexpr double first = 1.57079632673412561417e+00, first_rest = 6.07710050650619224932e-11,
                   second = 6.07710050630396597660e-11, second_rest = 2.02226624879595063154e-21;
  constexpr uint32_t high_words[] = {0, 0x3ff921fb, 0x400921fb, 0x4012d97c, 0x401921fb};  // of the multiples
  const uint32_t high = high_word(x);
  if (high <= 0x3fe921fb) return {kernel_cosine(x, 0), kernel_sine(x)};

  const int n = static_cast<int>(x * two_over_pi + 0.5);
  double r = x - n * first;
  double w = n * first_rest;
  if (high == high_words[n]) {
    const double before = r;
    w = n * second;
    r = before - w;
    w = n * second_rest - ((before - r) - w);
  }
  const double y = r - w;
  const double rest = (r - y) - w;
  const double cosine = kernel_cosine(y, rest);
  const double sine = kernel_sine(y, rest);
  // Without branches, which would be foreseen as often as not.
  const uint64_t odd = 0 - uint64_t(n & 1);
  const uint64_t swapped = (bits_of(cosine) ^ bits_of(sine)) & odd;
  const uint64_t negative = 1ull << 63;
  const uint64_t flip_cosine = (n & 3) == 1 || (n & 3) == 2 ? negative : 0;
  const uint64_t flip_sine = n & 2 ? negative : 0;
  return {with_bits(bits_of(cosine) ^ swapped ^ flip_cosine), with_bits(bits_of(sine) ^ swapped ^ flip_sine)};
}

double uniform(uint32_t bits) { return (bits + 0.5) * 0x1p-32; }

void fill_between(size_t begin, size_t end, uint64_t seed, uint32_t stream, float* noise) {
  for (size_t i = begin; i < end; i += 4) {
    const uint64_t block = i / 4;
    const Words bits = philox({uint32_t(block), uint32_t(block >> 32), stream, 0}, uint32_t(seed), uint32_t(seed >> 32));
    float four[4];
    for (const int pair : {0, 2}) {
      const double radius = std::sqrt(-2 * logarithm(uniform(pair == 0 ? bits.a : bits.c)));
      const Point at = on_circle(2 * M_PI * uniform(pair == 0 ? bits.b : bits.d));
      four[pair] = static_cast<float>(radius * at.cosine);
      four[pair + 1] = static_cast<float>(radius * at.sine);
    }
    std::memcpy(noise + i, four, sizeof(float) * std::min<size_t>(4, end - i));
  }
}

}  // namespace

EXPORT void reelql_gaussian_noise(uint64_t seed, uint32_t stream, size_t count, float* noise) {
  crew.share_numbers(count, [=](size_t begin, size_t end) { fill_between(begin, end, seed, stream, noise); });
}
