"""Low-rank additions to the denoiser's blocks (LoRA: Hu et al. 2021), with diffusers' names for their weights."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class AdaptedLinear(nn.Module):
    """linear(x) + B A x.  B starts at zero, so nothing changes before training; the linear layer itself is frozen."""

    def __init__(self, linear, rank):
        super().__init__()
        self.linear = linear
        device = linear.weight.device
        self.down = nn.Parameter(torch.randn(rank, linear.in_features, device=device) / rank)
        self.up = nn.Parameter(torch.zeros(linear.out_features, rank, device=device))

    def forward(self, x):
        return self.linear(x) + F.linear(F.linear(x, self.down.to(x.dtype)), self.up.to(x.dtype))


class Adapter:
    """Puts an addition beside every linear layer of the denoiser's blocks; `remove` takes them all out again."""

    def __init__(self, denoiser, rank):
        names = [name for name, m in denoiser.blocks.named_modules() if isinstance(m, nn.Linear)]
        self.denoiser, self.layers = denoiser, {}
        for name in names:
            linear = denoiser.blocks.get_submodule(name)
            self.layers[name] = AdaptedLinear(linear.requires_grad_(False), rank)
            self._put(name, self.layers[name])

    def _put(self, name, module):
        parent, _, child = name.rpartition(".")
        setattr(self.denoiser.blocks.get_submodule(parent), child, module)

    def remove(self):
        for name, layer in self.layers.items():
            self._put(name, layer.linear)

    def parameters(self):
        return [p for layer in self.layers.values() for p in (layer.down, layer.up)]

    def tensors(self):
        """As `WanPipeline.load_lora_weights` reads them; the scale is 1."""
        found = {}
        for name, layer in self.layers.items():
            found[f"transformer.blocks.{name}.lora_A.weight"] = layer.down
            found[f"transformer.blocks.{name}.lora_B.weight"] = layer.up
        return found
