// Makes the library's operators known to a session: ONNX Runtime calls this when its options name the library.
#include "custom_operators.h"

using Run = void(const ort::Context&, float epsilon);
Run runBiasRmsNorm, runBiasRmsNormRotate, runGateAddNorm, runBiasGelu, runBiasRmsNormSilu, runBiasAdd;

extern "C" __attribute__((visibility("default"))) ort::Status RegisterCustomOps(void* sessionOptions, const ort::ApiBase* base) {
  // Name, inputs, outputs, the first input that is float32.
  static ort::Operator operators[] = {
      {"BiasRmsNorm", 3, 1, 3, runBiasRmsNorm},
      {"BiasRmsNormRotate", 5, 1, 3, runBiasRmsNormRotate},
      {"GateAddNorm", 6, 2, 6, runGateAddNorm},
      {"BiasGelu", 2, 1, 2, runBiasGelu},
      {"BiasRmsNormSilu", 3, 1, 3, runBiasRmsNormSilu},
      {"BiasAdd", 3, 1, 3, runBiasAdd},
  };
  const ort::Api api = base->getApi(ort::apiVersion);
  if (!api) return nullptr;  // and so the session says that it does not know our operators
  try {
    void* domain;
    ort::check(api, 26, "reelql", &domain);
    for (ort::Operator& op : operators) ort::check(api, 27, domain, static_cast<const ort::CustomOp*>(&op));
    ort::check(api, 28, sessionOptions, domain);
    return nullptr;
  } catch (const std::exception& error) {
    return ort::makeStatus(api, error.what());
  }
}
