// A kernel's threads as fibers. Nothing runs at the same time, so that every run is the same; but the order is one that CUDA allows and nobody
// has in mind: blocks from the last to the first, and in a block each warp as far as it comes by itself before the next one begins, in every
// other block from the last warp to the first. So a kernel that forgets to wait reads what is not there yet, or not there any more.
#pragma once
#include <ucontext.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <stdexcept>

struct Index {
  unsigned x;
};
inline Index blockIdx, blockDim, threadIdx;

namespace emulation {

enum State { atStart, atShuffle, atBarrier, done };

struct Fiber {
  static constexpr size_t stackBytes = 1 << 16;
  std::unique_ptr<char[]> stack{new char[stackBytes]};
  ucontext_t context;
  State state;
  float shuffled;
};

inline std::deque<Fiber> fibers;
inline ucontext_t scheduler;
inline std::function<void()> kernel;

inline void wait(State state) {
  Fiber& fiber = fibers[threadIdx.x];
  fiber.state = state;
  swapcontext(&fiber.context, &scheduler);
}

inline void runThread() {
  kernel();
  wait(done);
}

// Until its lanes wait for the block or are done.
inline void runWarp(unsigned warp) {
  const auto first = fibers.begin() + 32 * warp, end = first + 32;
  const auto waits = [](const Fiber& fiber) { return fiber.state == atShuffle; };
  do {
    for (unsigned thread = 32 * warp; thread < 32 * warp + 32; thread++) {
      threadIdx.x = thread;
      if (fibers[thread].state != done) swapcontext(&scheduler, &fibers[thread].context);
    }
  } while (std::all_of(first, end, waits));
  if (std::any_of(first, end, waits)) throw std::runtime_error("some lanes of a warp shuffle and others do not");
}

inline void runBlock() {
  const unsigned threads = blockDim.x, warps = threads / 32;
  for (unsigned thread = 0; thread < threads; thread++) {
    Fiber& fiber = fibers[thread];
    fiber.state = atStart;
    getcontext(&fiber.context);
    fiber.context.uc_stack = {fiber.stack.get(), 0, Fiber::stackBytes};
    makecontext(&fiber.context, runThread, 0);
  }
  do {
    for (unsigned i = 0; i < warps; i++) runWarp(blockIdx.x % 2 ? warps - 1 - i : i);
  } while (std::any_of(fibers.begin(), fibers.begin() + threads, [](const Fiber& fiber) { return fiber.state != done; }));
}

// What the builder makes of `call<<<blocks, threads, shared, stream>>>`.
template <typename Call>
auto launch(unsigned blocks, unsigned threads, size_t, void*, Call call) {
  if (threads == 0 || threads % 32 != 0 || threads > 1024) throw std::runtime_error("a block is not of whole warps up to 32");
  return [=](auto... arguments) {
    if (fibers.size() < threads) fibers.resize(threads);
    kernel = [=] { call(arguments...); };
    blockDim.x = threads;
    for (blockIdx.x = blocks; blockIdx.x-- > 0;) runBlock();
  };
}

}  // namespace emulation

inline void __syncthreads() { emulation::wait(emulation::atBarrier); }

inline float __shfl_xor_sync(unsigned, float value, int offset) {
  using namespace emulation;
  fibers[threadIdx.x].shuffled = value;
  wait(atShuffle);
  const float other = fibers[threadIdx.x ^ offset].shuffled;
  wait(atShuffle);
  return other;
}
