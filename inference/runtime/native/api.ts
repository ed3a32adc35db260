/**
 * What we call of ONNX Runtime's C API: `struct OrtApi` is a table of function pointers to which every version appends. By name, the
 * place in that table and the signature. Every handle is an opaque `void *`; functions that give an `OrtStatus *` give null where
 * they succeeded.
 * Source: onnxruntime_c_api.h, API version 24, counted by a script; test/unit/native-session.test.ts calls every function but
 * AddRunConfigEntry and CUDA's own.
 */
export const apiVersion = 24;

/** Of the library that the table was tried with: another one is not touched. */
export const libraryVersion = '1.29.0';

export const functions = {
  GetErrorMessage: [2, 'const char *(void *status)'],
  CreateEnv: [3, 'void *(int severity, const char *name, _Out_ void **env)'],
  CreateSessionFromArray: [
    8,
    'void *(void *env, const void *model, size_t bytes, void *options, _Out_ void **session)',
  ],
  CreateSessionOptions: [10, 'void *(_Out_ void **options)'],
  DisableMemPattern: [17, 'void *(void *options)'],
  SetSessionLogSeverityLevel: [22, 'void *(void *options, int severity)'],
  SetSessionGraphOptimizationLevel: [23, 'void *(void *options, int level)'],
  SetIntraOpNumThreads: [24, 'void *(void *options, int threads)'],
  SessionGetOutputCount: [31, 'void *(void *session, _Out_ size_t *count)'],
  SessionGetOutputName: [37, 'void *(void *session, size_t index, void *allocator, _Out_ void **name)'],
  CreateRunOptions: [39, 'void *(_Out_ void **options)'],
  CreateTensorWithDataAsOrtValue: [
    49,
    'void *(void *memory, void *data, size_t bytes, const int64_t *dims, size_t rank, int type, _Out_ void **value)',
  ],
  GetTensorMutableData: [51, 'void *(void *value, _Out_ void **data)'],
  GetTensorElementType: [60, 'void *(void *info, _Out_ int *type)'],
  GetDimensionsCount: [61, 'void *(void *info, _Out_ size_t *rank)'],
  GetDimensions: [62, 'void *(void *info, _Out_ int64_t *dims, size_t rank)'],
  GetTensorTypeAndShape: [65, 'void *(void *value, _Out_ void **info)'],
  CreateMemoryInfo: [68, 'void *(const char *name, int allocator, int device, int type, _Out_ void **memory)'],
  AllocatorFree: [76, 'void *(void *allocator, void *memory)'],
  GetAllocatorWithDefaultOptions: [78, 'void *(_Out_ void **allocator)'],
  ReleaseStatus: [93, 'void(void *status)'],
  ReleaseMemoryInfo: [94, 'void(void *memory)'],
  ReleaseSession: [95, 'void(void *session)'],
  ReleaseValue: [96, 'void(void *value)'],
  ReleaseRunOptions: [97, 'void(void *options)'],
  ReleaseTensorTypeAndShapeInfo: [99, 'void(void *info)'],
  ReleaseSessionOptions: [100, 'void(void *options)'],
  AddSessionConfigEntry: [130, 'void *(void *options, const char *key, const char *value)'],
  RunWithBinding: [133, 'void *(void *session, void *options, void *binding)'],
  CreateIoBinding: [134, 'void *(void *session, _Out_ void **binding)'],
  ReleaseIoBinding: [135, 'void(void *binding)'],
  BindInput: [136, 'void *(void *binding, const char *name, void *value)'],
  BindOutput: [137, 'void *(void *binding, const char *name, void *value)'],
  BindOutputToDevice: [138, 'void *(void *binding, const char *name, void *memory)'],
  GetBoundOutputValues: [140, 'void *(void *binding, void *allocator, _Out_ void **values, _Out_ size_t *count)'],
  AddRunConfigEntry: [165, 'void *(void *options, const char *key, const char *value)'],
  SynchronizeBoundInputs: [202, 'void *(void *binding)'],
  SessionOptionsAppendExecutionProvider_CUDA_V2: [204, 'void *(void *options, void *cuda)'],
  CreateCUDAProviderOptions: [205, 'void *(_Out_ void **cuda)'],
  UpdateCUDAProviderOptions: [206, 'void *(void *cuda, const char **keys, const char **values, size_t count)'],
  ReleaseCUDAProviderOptions: [208, 'void(void *cuda)'],
  RegisterCustomOpsLibrary_V2: [228, 'void *(void *options, const char *path)'],
} as const satisfies Record<string, readonly [index: number, signature: string]>;

export type ApiName = keyof typeof functions;
