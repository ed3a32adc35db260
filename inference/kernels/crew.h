// Threads for loops over the numbers of a sample.
#pragma once
#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#define EXPORT extern "C" __attribute__((visibility("default")))

// What is worth the way to another thread. ../arithmetic.ts knows it too: the order of sums depends on it.
constexpr size_t part_count = 1 << 13;

// They stay, asleep, for the next call: to start them takes as long as what they are for. Whoever calls works too, and does not wait for one
// that wakes up when there is nothing left.
class Crew {
 public:
  ~Crew() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    awake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  // Calls `work` with parts [begin, end) of `count` numbers, `part_count` each but for the last, on any of the threads. Returns when all is done.
  void share_numbers(size_t count, const std::function<void(size_t, size_t)>& work) {
    if (count <= part_count) return work(0, count);
    const std::lock_guard turn(turn_);
    std::unique_lock lock(mutex_);
    hire((count + part_count - 1) / part_count);
    work_ = &work;
    next_ = 0;
    count_ = count;
    awake_.notify_all();
    take_parts(lock);
    idle_.wait(lock, [this] { return busy_ == 0; });
  }

 private:
  static constexpr size_t most_threads = 16;

  void hire(size_t parts) {
    const size_t cores = std::max(1u, std::thread::hardware_concurrency());
    const size_t wanted = std::min({parts, most_threads, cores}) - 1;
    try {
      while (threads_.size() < wanted) threads_.emplace_back([this] { serve(); });
    } catch (const std::system_error&) {
      // The system has no more to give: those that are there do it.
    }
  }

  void serve() {
    std::unique_lock lock(mutex_);
    for (;;) {
      awake_.wait(lock, [this] { return ending_ || next_ < count_; });
      if (ending_) return;
      take_parts(lock);
      if (busy_ == 0) idle_.notify_one();
    }
  }

  void take_parts(std::unique_lock<std::mutex>& lock) {
    while (next_ < count_) {
      const size_t begin = next_;
      const size_t end = next_ = std::min(begin + part_count, count_);
      busy_++;
      lock.unlock();
      (*work_)(begin, end);
      lock.lock();
      busy_--;
    }
  }

  std::mutex turn_;   // of those who call
  std::mutex mutex_;  // of all below
  std::condition_variable awake_, idle_;
  std::vector<std::thread> threads_;
  const std::function<void(size_t, size_t)>* work_ = nullptr;
  size_t count_ = 0, next_ = 0, busy_ = 0;
  bool ending_ = false;
};

// Of the library: it ends with the process, or when the library is closed.
inline Crew crew;
