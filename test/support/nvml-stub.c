/* Two GPUs as NVML would tell of them, for a test of the binding. Layouts as in nvml.h. */
#include <stdio.h>
#include <string.h>

typedef struct { unsigned long long total, free, used; } Memory;
typedef struct { unsigned int pid; unsigned long long used; unsigned int gpuInstance, computeInstance; } Process;

static int gpus[2] = {0, 1};

int nvmlInit_v2(void) { return 0; }
int nvmlDeviceGetCount_v2(unsigned int *count) { *count = 2; return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned int index, void **device) {
  if (index > 1) return 2;
  *device = &gpus[index];
  return 0;
}
int nvmlDeviceGetName(void *device, char *name, unsigned int length) {
  snprintf(name, length, "Stub %d", *(int *)device);
  return 0;
}
int nvmlDeviceGetUUID(void *device, char *uuid, unsigned int length) {
  snprintf(uuid, length, "GPU-%d0000000-1234", *(int *)device);
  return 0;
}
int nvmlDeviceGetMemoryInfo(void *device, Memory *memory) {
  Memory told = {80ull << 30, 50ull << 30, 30ull << 30};
  *memory = told;
  return 0;
}
/* On the second GPU 100 processes: more than fit at first. */
int nvmlDeviceGetComputeRunningProcesses_v3(void *device, unsigned int *count, Process *processes) {
  unsigned int there = *(int *)device ? 100 : 3;
  if (*count < there) { *count = there; return 7; }
  for (unsigned int i = 0; i < there; i++) {
    Process process = {1000 + i, (unsigned long long)(i + 1) << 30, 0xffffffff, 0xffffffff};
    processes[i] = process;
  }
  if (there == 3) {
    processes[1].used = ~0ull; /* not available */
    processes[2].pid = 1000;
  }
  *count = there;
  return 0;
}
