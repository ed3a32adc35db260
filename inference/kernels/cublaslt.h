// cuBLASLt, as far as the product of a layer needs it: declared by hand and looked up in the library that ONNX Runtime's CUDA provider has
// loaded, so that ours builds and loads without it. Source: cublasLt.h and library_types.h of CUDA 12.9 and 13, whose numbers are alike.
#pragma once
#include <dlfcn.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace cublaslt {

// cudaDataType; cublasComputeType; cublasOperation
constexpr int float32 = 0, float16 = 2, e4m3 = 28;
constexpr int computeFloat32 = 68;
constexpr int32_t transposed = 1;
// cublasLtMatmulDescAttributes
constexpr int transA = 3, epilogue = 7, biasPointer = 8, aScalePointer = 17, bScalePointer = 18, fastAccumulation = 25;
constexpr int aScaleMode = 31, bScaleMode = 32;
// cublasLtEpilogue_t: GELU in its tanh form, of the sum with a bias
constexpr uint32_t geluOfBias = 36;
// cublasLtMatmulMatrixScale: a number for each row of A, or of B
constexpr int32_t vectorOfScales = 3;
// cublasLtMatmulPreferenceAttributes
constexpr int maxWorkspaceBytes = 1;

struct Algorithm {
  uint64_t data[8];
};

// cublasLtMatmulHeuristicResult_t
struct Suggestion {
  Algorithm algorithm;
  size_t workspaceBytes;
  int state;
  float waves;
  int reserved[4];
};

struct Library {
  int (*create)(void** handle);
  int (*createOperation)(void** operation, int compute, int scaleType);
  int (*destroyOperation)(void* operation);
  int (*setOperation)(void* operation, int attribute, const void* value, size_t bytes);
  int (*createLayout)(void** layout, int type, uint64_t rows, uint64_t columns, int64_t leading);
  int (*destroyLayout)(void* layout);
  int (*createPreference)(void** preference);
  int (*destroyPreference)(void* preference);
  int (*setPreference)(void* preference, int attribute, const void* value, size_t bytes);
  int (*suggest)(void* handle, void* operation, void* a, void* b, void* c, void* d, void* preference, int wanted,
                 Suggestion* suggestions, int* found);
  int (*multiply)(void* handle, void* operation, const void* alpha, const void* a, void* aLayout, const void* b, void* bLayout,
                  const void* beta, const void* c, void* cLayout, void* d, void* dLayout, const Algorithm* algorithm,
                  void* workspace, size_t workspaceBytes, void* stream);

  // Throws where it is not there.
  Library() {
    void* library = nullptr;
    for (int flags : {RTLD_LAZY | RTLD_NOLOAD, RTLD_LAZY}) {
      for (const char* name : {"libcublasLt.so.13", "libcublasLt.so.12"}) {
        if (!library) library = dlopen(name, flags);
      }
    }
    if (!library) throw std::runtime_error("neither libcublasLt.so.13 nor libcublasLt.so.12 can be loaded");
    find(library, "cublasLtCreate", create);
    find(library, "cublasLtMatmulDescCreate", createOperation);
    find(library, "cublasLtMatmulDescDestroy", destroyOperation);
    find(library, "cublasLtMatmulDescSetAttribute", setOperation);
    find(library, "cublasLtMatrixLayoutCreate", createLayout);
    find(library, "cublasLtMatrixLayoutDestroy", destroyLayout);
    find(library, "cublasLtMatmulPreferenceCreate", createPreference);
    find(library, "cublasLtMatmulPreferenceDestroy", destroyPreference);
    find(library, "cublasLtMatmulPreferenceSetAttribute", setPreference);
    find(library, "cublasLtMatmulAlgoGetHeuristic", suggest);
    find(library, "cublasLtMatmul", multiply);
  }

 private:
  template <typename Function>
  static void find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    if (!function) throw std::runtime_error(std::string("cuBLASLt has no ") + name);
  }
};

inline void check(int status, const char* what) {
  if (status != 0) throw std::runtime_error(std::string("cuBLASLt's ") + what + " ended with status " + std::to_string(status));
}

}  // namespace cublaslt
