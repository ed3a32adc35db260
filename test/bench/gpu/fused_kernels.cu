// What a small library of fused CUDA kernels could save in a step of the denoiser: each against the passes over the tokens that the
// graph's operators make in its place, at the sizes of a guided step at 480p. Checked against those passes. One JSON line each.
//
//   nvcc -O3 -std=c++17 -gencode=arch=compute_90,code=sm_90 fused_kernels.cu -lcublasLt && ./a.out [TOKENS]
#include <cublasLt.h>
#include <cublas_v2.h>
#include <cuda_fp16.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <vector>

#define CHECK(call)                                                                        \
  do {                                                                                     \
    int status = static_cast<int>(call);                                                   \
    if (status != 0) {                                                                     \
      std::fprintf(stderr, "%s:%d: %s gives %d\n", __FILE__, __LINE__, #call, status);     \
      std::exit(1);                                                                        \
    }                                                                                      \
  } while (0)

constexpr int D = 3072;       // width
constexpr int F = 14336;      // of the feed-forward network
constexpr int H = 128;        // of a head
constexpr int threads = D / 8;  // one 16-byte load each: a block is a token
constexpr float epsilon = 1e-6f;

struct alignas(16) Eight {
  half2 pair[4];
};

__device__ void unpack(const Eight& from, float* to) {
  for (int i = 0; i < 4; i++) {
    float2 both = __half22float2(from.pair[i]);
    to[2 * i] = both.x;
    to[2 * i + 1] = both.y;
  }
}

__device__ Eight pack(const float* from) {
  Eight to;
  for (int i = 0; i < 4; i++) to.pair[i] = __floats2half2_rn(from[2 * i], from[2 * i + 1]);
  return to;
}

// The sum over a block of 384 threads, for all of them.
__device__ float sumOfBlock(float value) {
  __shared__ float warps[threads / 32];
  for (int offset = 16; offset > 0; offset /= 2) value += __shfl_xor_sync(0xffffffff, value, offset);
  __syncthreads();  // of the sum before, the last may still be reading
  if (threadIdx.x % 32 == 0) warps[threadIdx.x / 32] = value;
  __syncthreads();
  float sum = 0;
  for (int i = 0; i < threads / 32; i++) sum += warps[i];
  return sum;
}

// y = rope(rms(x + bias)·weight): one pass instead of three (bias, norm, rotation).
__global__ void biasNormRotate(const Eight* x, const Eight* bias, const Eight* weight, const float* cosines,
                               const float* sines, Eight* y, int tokensOfRow) {
  const int at = blockIdx.x * threads + threadIdx.x;
  float v[8], b[8], w[8];
  unpack(x[at], v);
  unpack(bias[threadIdx.x], b);
  unpack(weight[threadIdx.x], w);
  float squares = 0;
  for (int i = 0; i < 8; i++) {
    v[i] += b[i];
    squares += v[i] * v[i];
  }
  const float scale = rsqrtf(sumOfBlock(squares) / D + epsilon);
  const int pair = (threadIdx.x * 8 % H) / 2 + (blockIdx.x % tokensOfRow) * (H / 2);
  for (int i = 0; i < 4; i++) {
    const float c = cosines[pair + i], s = sines[pair + i];
    const float p = v[2 * i] * scale * w[2 * i], q = v[2 * i + 1] * scale * w[2 * i + 1];
    v[2 * i] = p * c - q * s;
    v[2 * i + 1] = p * s + q * c;
  }
  y[at] = pack(v);
}

// sum = x + gate·(y + bias), normed = LN(sum)·scale + shift: one pass instead of four (bias, gate, sum, norm).
__global__ void gateAddNorm(const Eight* x, const Eight* y, const Eight* bias, const Eight* gate, const Eight* scale,
                            const Eight* shift, Eight* sum, Eight* normed) {
  const int at = blockIdx.x * threads + threadIdx.x;
  float v[8], u[8], b[8], g[8];
  unpack(x[at], v);
  unpack(y[at], u);
  unpack(bias[threadIdx.x], b);
  unpack(gate[threadIdx.x], g);
  float total = 0;
  for (int i = 0; i < 8; i++) {
    v[i] += g[i] * (u[i] + b[i]);
    total += v[i];
  }
  sum[at] = pack(v);
  const float mean = sumOfBlock(total) / D;
  float squares = 0;
  for (int i = 0; i < 8; i++) squares += (v[i] - mean) * (v[i] - mean);
  const float inverse = rsqrtf(sumOfBlock(squares) / D + epsilon);
  unpack(scale[threadIdx.x], b);
  unpack(shift[threadIdx.x], g);
  for (int i = 0; i < 8; i++) v[i] = (v[i] - mean) * inverse * b[i] + g[i];
  normed[at] = pack(v);
}

__device__ float gelu(float x) { return 0.5f * x * (1 + tanhf(0.7978845608f * (x + 0.044715f * x * x * x))); }

// gelu(x + bias) over a width that is no multiple of a block's.
__global__ void biasGelu(const Eight* x, const Eight* bias, Eight* y, int count, int width) {
  const int at = blockIdx.x * blockDim.x + threadIdx.x;
  if (at >= count) return;
  float v[8], b[8];
  unpack(x[at], v);
  unpack(bias[at % width], b);
  for (int i = 0; i < 8; i++) v[i] = gelu(v[i] + b[i]);
  y[at] = pack(v);
}

// The passes of a graph's operators, as plainly as they are written there: two numbers a thread.
enum Operation { addBias, multiplyGate, addResidual };
template <Operation op>
__global__ void elementwise(const half2* x, const half2* other, half2* y, int count, int width) {
  const int at = blockIdx.x * blockDim.x + threadIdx.x;
  if (at >= count) return;
  const half2 value = other[op == addResidual ? at : at % width];
  y[at] = op == multiplyGate ? __hmul2(x[at], value) : __hadd2(x[at], value);
}

__global__ void fill(half* x, size_t count, unsigned seed, float scale, float mean) {
  for (size_t i = blockIdx.x * size_t(blockDim.x) + threadIdx.x; i < count; i += size_t(gridDim.x) * blockDim.x) {
    unsigned h = static_cast<unsigned>(i) * 2654435761u + seed * 40503u;
    h ^= h >> 15, h *= 2246822519u, h ^= h >> 13, h *= 3266489917u, h ^= h >> 16;
    x[i] = __float2half(mean + scale * 3.4641f * (h / 4294967296.f - 0.5f));  // deviation `scale`
  }
}

struct Buffer {
  half* data;
  size_t count;
  Buffer(size_t n, unsigned seed, float scale, float mean = 0) : count(n) {
    CHECK(cudaMalloc(&data, n * sizeof(half)));
    fill<<<1024, 256>>>(data, n, seed, scale, mean);
    CHECK(cudaGetLastError());
  }
  operator Eight*() const { return reinterpret_cast<Eight*>(data); }
  operator half2*() const { return reinterpret_cast<half2*>(data); }
  std::vector<float> read(size_t first, size_t n) const {
    std::vector<half> raw(n);
    CHECK(cudaMemcpy(raw.data(), data + first, n * sizeof(half), cudaMemcpyDeviceToHost));
    std::vector<float> numbers(n);
    for (size_t i = 0; i < n; i++) numbers[i] = __half2float(raw[i]);
    return numbers;
  }
};

// Median of 20, microseconds. Between two runs 256 MB are overwritten: in a step other tensors have gone through the cache meanwhile.
float microseconds(const std::function<void()>& run) {
  static char* flush = nullptr;
  if (!flush) CHECK(cudaMalloc(&flush, 256 << 20));
  cudaEvent_t begin, end;
  CHECK(cudaEventCreate(&begin));
  CHECK(cudaEventCreate(&end));
  std::vector<float> times;
  for (int i = 0; i < 23; i++) {
    CHECK(cudaMemset(flush, i, 256 << 20));
    CHECK(cudaEventRecord(begin));
    run();
    CHECK(cudaEventRecord(end));
    CHECK(cudaEventSynchronize(end));
    CHECK(cudaGetLastError());
    float ms;
    CHECK(cudaEventElapsedTime(&ms, begin, end));
    if (i >= 3) times.push_back(1000 * ms);
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

double apart(const std::vector<double>& expected, const std::vector<float>& found) {
  double difference = 0, size = 0;
  for (size_t i = 0; i < expected.size(); i++) {
    difference += (expected[i] - found[i]) * (expected[i] - found[i]);
    size += expected[i] * expected[i];
  }
  return std::sqrt(difference / size);
}

void report(const char* what, float us, double gigabytes, double error) {
  std::printf("{\"what\":\"%s\",\"microseconds\":%.1f,\"terabytesPerSecond\":%.2f,\"relL2\":%.1e}\n", what, us,
              gigabytes / us * 1000, error);
  std::fflush(stdout);
}

struct Product {
  cublasLtHandle_t lt;
  cublasLtMatmulDesc_t description;
  cublasLtMatrixLayout_t a, b, c;
  cublasLtMatmulHeuristicResult_t chosen;
  void* workspace;
  static constexpr size_t workspaceBytes = 64 << 20;

  // y [m, n] = x [m, k]·wᵀ, w [n, k]; in cuBLAS's columns yᵀ = w·xᵀ.
  Product(int m, int n, int k, cublasLtEpilogue_t epilogue, const half* bias) {
    CHECK(cublasLtCreate(&lt));
    CHECK(cublasLtMatmulDescCreate(&description, CUBLAS_COMPUTE_32F, CUDA_R_32F));
    cublasOperation_t transposed = CUBLAS_OP_T;
    CHECK(cublasLtMatmulDescSetAttribute(description, CUBLASLT_MATMUL_DESC_TRANSA, &transposed, sizeof transposed));
    CHECK(cublasLtMatmulDescSetAttribute(description, CUBLASLT_MATMUL_DESC_EPILOGUE, &epilogue, sizeof epilogue));
    if (bias) CHECK(cublasLtMatmulDescSetAttribute(description, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &bias, sizeof bias));
    CHECK(cublasLtMatrixLayoutCreate(&a, CUDA_R_16F, k, n, k));
    CHECK(cublasLtMatrixLayoutCreate(&b, CUDA_R_16F, k, m, k));
    CHECK(cublasLtMatrixLayoutCreate(&c, CUDA_R_16F, n, m, n));
    CHECK(cudaMalloc(&workspace, workspaceBytes));
    cublasLtMatmulPreference_t preference;
    CHECK(cublasLtMatmulPreferenceCreate(&preference));
    CHECK(cublasLtMatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &workspaceBytes,
                                               sizeof workspaceBytes));
    int found = 0;
    CHECK(cublasLtMatmulAlgoGetHeuristic(lt, description, a, b, c, c, preference, 1, &chosen, &found));
    if (found == 0) std::fprintf(stderr, "no algorithm for %d x %d x %d\n", m, n, k), std::exit(1);
  }
  void run(const half* x, const half* w, half* y) const {
    const float one = 1, zero = 0;
    CHECK(cublasLtMatmul(lt, description, &one, w, a, x, b, &zero, y, c, y, c, &chosen.algo, workspace, workspaceBytes, 0));
  }
};

int main(int count, char** arguments) {
  const int tokensOfRow = count > 1 ? std::atoi(arguments[1]) : 3120, rows = 2, tokens = rows * tokensOfRow;
  const size_t n = size_t(tokens) * D;
  const double pass = n * 2 / 1e9;  // GB of one tensor of tokens
  Buffer x(n, 1, 1), y(n, 2, 1), sum(n, 3, 1), out(n, 4, 1), first(n, 5, 1), second(n, 6, 1);
  Buffer bias(D, 7, 0.1f), weight(D, 8, 0.1f, 1), gate(D, 9, 0.3f), scale(D, 10, 0.2f, 1), shift(D, 11, 0.2f);
  std::vector<float> angles(size_t(tokensOfRow) * H / 2), cosines(angles.size()), sines(angles.size());
  for (size_t i = 0; i < angles.size(); i++) cosines[i] = std::cos(0.37 * i), sines[i] = std::sin(0.37 * i);
  float *cosDevice, *sinDevice;
  CHECK(cudaMalloc(&cosDevice, 4 * angles.size()));
  CHECK(cudaMalloc(&sinDevice, 4 * angles.size()));
  CHECK(cudaMemcpy(cosDevice, cosines.data(), 4 * angles.size(), cudaMemcpyHostToDevice));
  CHECK(cudaMemcpy(sinDevice, sines.data(), 4 * angles.size(), cudaMemcpyHostToDevice));

  // The last token, in float64.
  const size_t last = n - D;
  const auto hx = x.read(last, D), hy = y.read(last, D), hb = bias.read(0, D), hw = weight.read(0, D);
  const auto hg = gate.read(0, D), hs = scale.read(0, D), ht = shift.read(0, D);

  report("copy of one tensor", microseconds([&] { CHECK(cudaMemcpyAsync(out.data, x.data, 2 * n, cudaMemcpyDeviceToDevice)); }),
         2 * pass, 0);
  const int pairs = n / 2, blocks = (pairs + 255) / 256;
  report("+ bias", microseconds([&] { elementwise<addBias><<<blocks, 256>>>(x, bias, first, pairs, D / 2); }), 2 * pass, 0);
  report("gate x", microseconds([&] { elementwise<multiplyGate><<<blocks, 256>>>(x, gate, first, pairs, D / 2); }), 2 * pass, 0);
  report("+ residual", microseconds([&] { elementwise<addResidual><<<blocks, 256>>>(x, y, first, pairs, D / 2); }), 3 * pass, 0);

  const float rotate = microseconds([&] { biasNormRotate<<<tokens, threads>>>(x, bias, weight, cosDevice, sinDevice, out, tokensOfRow); });
  std::vector<double> expected(D);
  double squares = 0;
  for (int i = 0; i < D; i++) squares += (hx[i] + hb[i]) * double(hx[i] + hb[i]);
  const double rms = 1 / std::sqrt(squares / D + epsilon);
  for (int i = 0; i < D; i += 2) {
    const size_t at = size_t(tokensOfRow - 1) * H / 2 + i % H / 2;
    const double p = (hx[i] + hb[i]) * rms * hw[i], q = (hx[i + 1] + hb[i + 1]) * rms * hw[i + 1];
    expected[i] = p * cosines[at] - q * sines[at];
    expected[i + 1] = p * sines[at] + q * cosines[at];
  }
  report("bias, RMS norm, rotation in one", rotate, 2 * pass, apart(expected, out.read(last, D)));

  const float gated = microseconds([&] { gateAddNorm<<<tokens, threads>>>(x, y, bias, gate, scale, shift, sum, out); });
  double mean = 0, variance = 0;
  for (int i = 0; i < D; i++) mean += (expected[i] = hx[i] + hg[i] * double(hy[i] + hb[i])) / D;
  for (int i = 0; i < D; i++) variance += (expected[i] - mean) * (expected[i] - mean) / D;
  for (int i = 0; i < D; i++) expected[i] = (expected[i] - mean) / std::sqrt(variance + epsilon) * hs[i] + ht[i];
  report("bias, gate, residual, layer norm in one", gated, 4 * pass, apart(expected, out.read(last, D)));

  Buffer wide(size_t(tokens) * F, 12, 1), wideOut(size_t(tokens) * F, 13, 1), up(size_t(F) * D, 14, 1 / std::sqrt(float(D)));
  Buffer wideBias(F, 15, 0.1f), square(size_t(D) * D, 16, 1 / std::sqrt(float(D)));
  const int eights = size_t(tokens) * F / 8;
  report("gelu(x + bias) of the feed-forward network",
         microseconds([&] { biasGelu<<<(eights + 255) / 256, 256>>>(wide, wideBias, wideOut, eights, F / 8); }),
         2.0 * tokens * F * 2 / 1e9, 0);

  const Product plainUp(tokens, F, D, CUBLASLT_EPILOGUE_DEFAULT, nullptr), geluUp(tokens, F, D, CUBLASLT_EPILOGUE_GELU_BIAS, wideBias.data);
  const Product plainSquare(tokens, D, D, CUBLASLT_EPILOGUE_DEFAULT, nullptr), biasSquare(tokens, D, D, CUBLASLT_EPILOGUE_BIAS, bias.data);
  const Product packed(tokens, 3 * D, D, CUBLASLT_EPILOGUE_DEFAULT, nullptr);
  Buffer three(size_t(3) * D * D, 17, 1 / std::sqrt(float(D))), threeOut(size_t(tokens) * 3 * D, 18, 1);
  struct Case {
    const char* what;
    const Product* product;
    const Buffer *weight, *output;
    double outputs;
  };
  for (const Case& each : {Case{"product up", &plainUp, &up, &wideOut, F}, Case{"product up with bias and gelu", &geluUp, &up, &wideOut, F},
                           Case{"product of width", &plainSquare, &square, &out, D}, Case{"product of width with bias", &biasSquare, &square, &out, D},
                           Case{"three products of width in one", &packed, &three, &threeOut, 3.0 * D}}) {
    const float us = microseconds([&] { each.product->run(x.data, each.weight->data, each.output->data); });
    std::printf("{\"what\":\"%s\",\"microseconds\":%.1f,\"teraflops\":%.0f}\n", each.what, us, 2.0 * tokens * D * each.outputs / us / 1e6);
    std::fflush(stdout);
  }
  return 0;
}
