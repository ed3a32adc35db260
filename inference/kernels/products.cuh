// Products of a layer by cuBLASLt: how one is described, and which of its algorithms a device takes, which is decided once a shape.
#pragma once
#include <map>
#include <mutex>
#include <tuple>
#include <vector>

#include "cublaslt.h"
#include "half_eights.cuh"

// How a product is computed.
enum Way {
  scaledInside,  // of 8 bits, both vectors of scales applied by cuBLASLt: Hopper
  scaledAfter,   // of 8 bits, scales in a pass of their own: Ada, Blackwell
  inHalf,        // of fp16
  geluInside,    // of fp16, bias and GELU applied by cuBLASLt
};

// y [tokens, outputs] = x [tokens, inputs] by w [outputs, inputs], y in fp16; in cuBLASLt's columns first yT = wT' x. Vectors are those of the way.
struct Product {
  int64_t tokens, outputs, inputs;
  const void *wScales = nullptr, *xScales = nullptr, *bias = nullptr;
  bool fast = false;
};

inline const cublaslt::Library& library() {
  static const cublaslt::Library library;
  return library;
}

// cuBLASLt's descriptions of one product.
class Description {
 public:
  void *operation = nullptr, *w = nullptr, *x = nullptr, *y = nullptr;

  Description(Way way, const Product& product) {
    using namespace cublaslt;
    const auto& [tokens, outputs, inputs, wScales, xScales, bias, fast] = product;
    const bool eightBits = way == scaledInside || way == scaledAfter;
    const int type = eightBits ? e4m3 : float16;
    try {
      check(library().createOperation(&operation, computeFloat32, float32), "description");
      set(transA, transposed);
      if (eightBits) set(fastAccumulation, int8_t(fast));
      if (way == scaledInside) {
        set(aScaleMode, vectorOfScales);
        set(bScaleMode, vectorOfScales);
        set(aScalePointer, wScales);
        set(bScalePointer, xScales);
      }
      if (way == geluInside) {
        set(epilogue, geluOfBias);
        set(biasPointer, bias);
      }
      check(library().createLayout(&w, type, inputs, outputs, inputs), "layout");
      check(library().createLayout(&x, type, inputs, tokens, inputs), "layout");
      check(library().createLayout(&y, float16, outputs, tokens, outputs), "layout");
    } catch (...) {
      release();
      throw;
    }
  }
  Description(const Description&) = delete;
  ~Description() { release(); }

 private:
  template <typename Value>
  void set(int attribute, Value value) {
    cublaslt::check(library().setOperation(operation, attribute, &value, sizeof value), "attribute");
  }

  void release() {
    for (void* layout : {w, x, y}) {
      if (layout) library().destroyLayout(layout);
    }
    if (operation) library().destroyOperation(operation);
  }
};

struct Plan {
  Way way;
  cublaslt::Suggestion suggestion{};
};

// One handle a device, and what was planned on it before.
class Device {
 public:
  // The one that the thread computes on.
  static Device& current() {
    static std::mutex mutex;
    static std::map<int, Device> devices;
    int id;
    if (cudaGetDevice(&id) != cudaSuccess) throw std::runtime_error("no CUDA device");
    std::lock_guard<std::mutex> lock(mutex);
    Device& device = devices[id];
    if (!device.handle) cublaslt::check(library().create(&device.handle), "handle");
    return device;
  }

  // By the first of these ways that the device has. Its first suggestion: one timed here would differ between two executors, and so would
  // their bits.
  Plan plan(const Product& product, const std::vector<Way>& ways) {
    std::lock_guard<std::mutex> lock(mutex);
    const auto key = std::make_tuple(product.tokens, product.outputs, product.inputs, ways.front(), product.fast);
    if (const auto known = plans.find(key); known != plans.end()) return known->second;
    for (const Way way : ways) {
      Plan plan{way};
      try {
        if (suggest(Description(way, product), plan.suggestion)) return plans[key] = plan;
      } catch (const std::runtime_error&) {
        if (way == ways.back()) throw;  // the others an older cuBLASLt may not know
      }
    }
    throw std::runtime_error("cuBLASLt has no product of these widths");
  }

  // alpha·x·Wᵀ, and what the plan's way does to it. `workspace`: as many bytes as the plan's suggestion says.
  void multiply(const Plan& plan, const Product& product, const void* w, const void* x, const ort::Tensor& y, float alpha,
                void* workspace, cudaStream_t stream) {
    const Description description(plan.way, product);
    const float beta = 0;
    cublaslt::check(library().multiply(handle, description.operation, &alpha, w, description.w, x, description.x, &beta, y.data,
                                       description.y, y.data, description.y, &plan.suggestion.algorithm, workspace,
                                       plan.suggestion.workspaceBytes, stream),
                    "product");
  }

 private:
  // What the device does best; false where it has no such way.
  bool suggest(const Description& description, cublaslt::Suggestion& suggestion) {
    void* preference;
    cublaslt::check(library().createPreference(&preference), "preference");
    int found = 0;
    const uint64_t bytes = 32 << 20;
    const bool answered =
        library().setPreference(preference, cublaslt::maxWorkspaceBytes, &bytes, sizeof bytes) == 0 &&
        library().suggest(handle, description.operation, description.w, description.x, description.y, description.y,
                          preference, 1, &suggestion, &found) == 0;
    library().destroyPreference(preference);
    return answered && found > 0 && suggestion.state == 0;
  }

  void* handle = nullptr;
  std::mutex mutex;
  std::map<std::tuple<int64_t, int64_t, int64_t, Way, bool>, Plan> plans;
};
