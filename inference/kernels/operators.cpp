// Makes the library's operators known to a session: ONNX Runtime calls this when its options name the library.
#include "custom_operators.h"

using Run = void(const ort::Context&, const ort::Attributes&);
Run runBiasRmsNorm, runBiasRmsNormRotate, runGateAddNorm, runBiasGelu, runBiasRmsNormSiluAfter, runBiasAdd;
Run runQuantizeRows, runGateAddNormRounded, runBiasGeluRounded, runEightBitProduct, runGeluProduct;

extern "C" __attribute__((visibility("default"))) ort::Status RegisterCustomOps(void* sessionOptions, const ort::ApiBase* base) {
  // Name, types of inputs and outputs (ort::elementType).
  static ort::Operator operators[] = {
      {"BiasRmsNorm", "hhh", "h", runBiasRmsNorm},
      {"BiasRmsNormRotate", "hhhff", "h", runBiasRmsNormRotate},
      {"GateAddNorm", "hhhhhh", "hh", runGateAddNorm},
      {"BiasGelu", "hh", "h", runBiasGelu},
      {"BiasRmsNormSiluAfter", "hhhh", "hh", runBiasRmsNormSiluAfter},
      {"BiasAdd", "hhh", "h", runBiasAdd},
      {"QuantizeRows", "h", "qf", runQuantizeRows},
      {"GateAddNormRounded", "hhhhhh", "hqf", runGateAddNormRounded},
      {"BiasGeluRounded", "hh", "qf", runBiasGeluRounded},
      {"EightBitProduct", "qfqf", "hb", runEightBitProduct},
      {"GeluProduct", "hhh", "hb", runGeluProduct},
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
