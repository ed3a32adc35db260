"""A training step as one CUDA graph: these small networks are bound by kernel launches otherwise (measured: 160 ms a
step at any batch size without a graph)."""
import torch


class GraphedStep:
    """Runs fn three times, captures it, then replays it.  fn takes nothing and returns a tensor of statistics.

    Random numbers drawn inside fn differ at every replay (the generator's state is registered with the graph).
    Steps that are never replayed at once can share the memory of the first (`beside`): nothing in it is kept from one
    replay to the next, if the caller copies the result."""

    def __init__(self, fn, device, warm_up=3, beside=None):
        self.fn, self.graph = fn, None
        if device.type != "cuda":
            return
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(warm_up):
                fn()
        torch.cuda.current_stream().wait_stream(stream)
        torch.cuda.synchronize()
        self.graph = torch.cuda.CUDAGraph()
        pool = beside.graph.pool() if beside else None
        # thread_local: the watchdog thread of NCCL may ask about its events meanwhile
        with torch.cuda.graph(self.graph, pool=pool, capture_error_mode="thread_local"):
            self.result = fn()

    def __call__(self):
        if self.graph is None:
            return self.fn()
        self.graph.replay()
        return self.result

    def release(self):
        if self.graph is not None:
            self.graph.reset()
            self.graph = self.result = self.fn = None
            torch.cuda.empty_cache()
