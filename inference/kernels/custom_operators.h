// ONNX Runtime's C ABI, as far as a library of custom operators needs it, so that it builds without ONNX Runtime's headers.
// Source: onnxruntime_c_api.h, API version 24: places in `struct OrtApi` as in ../runtime/native/api.ts, `struct OrtCustomOp` whole.
#pragma once
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace ort {

constexpr uint32_t apiVersion = 24;
constexpr int failed = 1;
using Status = void*;
using Api = void* const*;

struct ApiBase {
  Api (*getApi)(uint32_t version);
  const char* (*getVersion)();
};

struct CustomOp {
  uint32_t version;
  void* (*createKernel)(const CustomOp*, Api, const void* info);
  const char* (*getName)(const CustomOp*);
  const char* (*getProvider)(const CustomOp*);
  int (*getInputType)(const CustomOp*, size_t);
  size_t (*getInputCount)(const CustomOp*);
  int (*getOutputType)(const CustomOp*, size_t);
  size_t (*getOutputCount)(const CustomOp*);
  void (*compute)(void* kernel, void* context);
  void (*destroy)(void* kernel);
  int (*getInputCharacteristic)(const CustomOp*, size_t);
  int (*getOutputCharacteristic)(const CustomOp*, size_t);
  int (*getInputMemory)(const CustomOp*, size_t);
  void* variadic[4];
  Status (*createKernelV2)(const CustomOp*, Api, const void* info, void** kernel);
  Status (*computeV2)(void* kernel, void* context);
  void *inferShape, *startVersion, *endVersion, *mayInplace, *releaseMayInplace, *aliasMap, *releaseAliasMap;
};

// Function number `place` of the table, called.
template <typename Result, typename... Arguments>
Result call(Api api, size_t place, Arguments... arguments) {
  return reinterpret_cast<Result (*)(Arguments...)>(api[place])(arguments...);
}

inline Status makeStatus(Api api, const char* message) { return call<Status>(api, 0, failed, message); }

template <typename... Arguments>
void check(Api api, size_t place, Arguments... arguments) {
  if (Status status = call<Status>(api, place, arguments...)) {
    const std::runtime_error error(call<const char*>(api, 2, status));
    call<void>(api, 93, status);
    throw error;
  }
}

struct Tensor {
  void* data;
  std::vector<int64_t> dims;

  int64_t count() const {
    int64_t product = 1;
    for (int64_t dim : dims) product *= dim;
    return product;
  }
};

// What one run of an operator reads and writes. Every tensor is on the device.
class Context {
 public:
  Context(Api api, void* context) : api(api), context(context) {}

  Tensor input(size_t index) const {
    void *value, *info;
    check(api, 90, context, index, &value);
    check(api, 65, value, &info);
    size_t rank;
    check(api, 61, info, &rank);
    Tensor tensor{nullptr, std::vector<int64_t>(rank)};
    check(api, 62, info, tensor.dims.data(), rank);
    call<void>(api, 99, info);
    check(api, 51, value, &tensor.data);
    return tensor;
  }

  Tensor output(size_t index, const std::vector<int64_t>& dims) const {
    void *value, *data;
    check(api, 91, context, index, dims.data(), dims.size(), &value);
    check(api, 51, value, &data);
    return {data, dims};
  }

  void* stream() const {
    void* stream;
    check(api, 193, static_cast<const void*>(context), &stream);
    return stream;
  }

 private:
  Api api;
  void* context;
};

// What a node of the graph may say of itself; each operator looks at its own.
struct Attributes {
  float epsilon = 0;
  int64_t fast = 0, way = 0;
};

// enum ONNXTensorElementDataType of a letter: half, float, e4m3 ("q"uantized), bytes.
inline int elementType(char letter) { return letter == 'h' ? 10 : letter == 'f' ? 1 : letter == 'q' ? 17 : 2; }

// An operator on CUDA; `inputs` and `outputs` have a letter for each tensor's type.
struct Operator : CustomOp {
  const char* name;
  std::string inputs, outputs;
  void (*run)(const Context&, const Attributes&);

  Operator(const char* name, const char* inputs, const char* outputs, void (*run)(const Context&, const Attributes&))
      : CustomOp{}, name(name), inputs(inputs), outputs(outputs), run(run) {
    version = apiVersion;
    getName = [](const CustomOp* op) { return self(op).name; };
    getProvider = [](const CustomOp*) { return "CUDAExecutionProvider"; };
    getInputType = [](const CustomOp* op, size_t index) { return elementType(self(op).inputs[index]); };
    getInputCount = [](const CustomOp* op) { return self(op).inputs.size(); };
    getOutputType = [](const CustomOp* op, size_t index) { return elementType(self(op).outputs[index]); };
    getOutputCount = [](const CustomOp* op) { return self(op).outputs.size(); };
    getInputCharacteristic = getOutputCharacteristic = getInputMemory = [](const CustomOp*, size_t) { return 0; };
    createKernelV2 = [](const CustomOp* op, Api api, const void* info, void** kernel) -> Status {
      Attributes attributes;
      read(api, 85, info, "epsilon", &attributes.epsilon);
      read(api, 86, info, "fast", &attributes.fast);
      read(api, 86, info, "way", &attributes.way);
      *kernel = new Kernel{api, &self(op), attributes};
      return nullptr;
    };
    computeV2 = [](void* kernel, void* context) -> Status {
      const auto& [api, op, attributes] = *static_cast<Kernel*>(kernel);
      try {
        op->run(Context(api, context), attributes);
        return nullptr;
      } catch (const std::exception& error) {
        return makeStatus(api, error.what());
      }
    };
    destroy = [](void* kernel) { delete static_cast<Kernel*>(kernel); };
  }

 private:
  struct Kernel {
    Api api;
    const Operator* op;
    Attributes attributes;
  };

  // Leaves `value` as it is where the node does not say.
  template <typename Value>
  static void read(Api api, size_t place, const void* info, const char* name, Value* value) {
    Value found;
    if (Status status = call<Status>(api, place, info, name, &found)) call<void>(api, 93, status);
    else *value = found;
  }

  static const Operator& self(const CustomOp* op) { return *static_cast<const Operator*>(op); }
};

}  // namespace ort
