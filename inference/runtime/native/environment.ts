/**
 * Environment of a process whose sessions run on CUDA: koffi's calls share one thread. ONNX Runtime keeps cuDNN's attention plans for
 * each thread that runs a session (`thread_local mha_graph_cache` in its cudnn_flash_attention.cu), so that with Node's four threads each
 * shape was planned four times; and runs follow one another anyway. Node reads it when the first of them starts, thus before any code.
 */
export const oneThread = { UV_THREADPOOL_SIZE: '1' } as const;

/** A step makes arrays of megabytes; in huge pages Linux hands them over in a third of the time (test/bench/RESULTS.md). */
export const hugePages = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' } as const;
