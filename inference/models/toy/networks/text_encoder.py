"""UMT5 encoder with the state-dict keys of transformers' UMT5EncoderModel: every block has its own position bias."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class ScaleNorm(nn.Module):
    """T5 layer norm: no mean subtraction, no bias."""

    def __init__(self, d):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d))

    def forward(self, x):
        return F.rms_norm(x.float(), self.weight.shape, self.weight, 1e-6)


def relative_buckets(n, buckets, max_distance):
    """[n, n] bucket of key minus query, bidirectional."""
    r = torch.arange(n)[None] - torch.arange(n)[:, None]
    half = buckets // 2
    exact = half // 2
    a = r.abs()
    far = exact + (torch.log(a.clamp(min=1).float() / exact) / math.log(max_distance / exact) * (half - exact)).long()
    return half * (r > 0) + torch.where(a < exact, a, far.clamp(max=half - 1))


class SelfAttention(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        d, inner = cfg["d_model"], cfg["num_heads"] * cfg["d_kv"]
        self.heads = cfg["num_heads"]
        self.q, self.k, self.v = (nn.Linear(d, inner, bias=False) for _ in range(3))
        self.o = nn.Linear(inner, d, bias=False)
        self.relative_attention_bias = nn.Embedding(cfg["relative_attention_num_buckets"], self.heads)

    def forward(self, x, mask, buckets):
        q, k, v = (f(x).unflatten(2, (self.heads, -1)).transpose(1, 2) for f in (self.q, self.k, self.v))
        bias = self.relative_attention_bias(buckets).permute(2, 0, 1)[None] + mask  # [B, heads, L, L]
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=bias.to(q.dtype), scale=1.0)
        return self.o(y.transpose(1, 2).flatten(2))


class GatedFeedForward(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        d, inner = cfg["d_model"], cfg["d_ff"]
        self.wi_0, self.wi_1 = nn.Linear(d, inner, bias=False), nn.Linear(d, inner, bias=False)
        self.wo = nn.Linear(inner, d, bias=False)

    def forward(self, x):
        return self.wo(F.gelu(self.wi_0(x), approximate="tanh") * self.wi_1(x))


def _named(**modules):
    holder = nn.Module()
    for name, module in modules.items():
        holder.add_module(name, module)
    return holder


class TextEncoder(nn.Module):
    """ids [B, L] and lengths [B] -> [B, L, d_model]; rows at and after the length are not meaningful."""

    def __init__(self, cfg):
        super().__init__()
        self.cfg = cfg
        d = cfg["d_model"]
        self.shared = nn.Embedding(cfg["vocab_size"], d)
        blocks = [
            _named(layer=nn.ModuleList([
                _named(SelfAttention=SelfAttention(cfg), layer_norm=ScaleNorm(d)),
                _named(DenseReluDense=GatedFeedForward(cfg), layer_norm=ScaleNorm(d))]))
            for _ in range(cfg["num_layers"])]
        self.encoder = _named(block=nn.ModuleList(blocks), final_layer_norm=ScaleNorm(d))
        self._buckets = {}

    def forward(self, ids, lengths):
        n = ids.shape[1]
        if (n, ids.device) not in self._buckets:
            table = relative_buckets(n, self.cfg["relative_attention_num_buckets"], self.cfg["relative_attention_max_distance"])
            self._buckets[n, ids.device] = table.to(ids.device)
        real = torch.arange(n, device=ids.device)[None] < lengths[:, None]
        mask = torch.where(real, 0.0, -1e4)[:, None, None]
        x = self.shared(ids).float()
        for block in self.encoder.block:
            attention, feed = block.layer
            x = x + attention.SelfAttention(attention.layer_norm(x), mask, self._buckets[n, ids.device]).float()
            x = x + feed.DenseReluDense(feed.layer_norm(x)).float()
        return self.encoder.final_layer_norm(x)

    def initialise(self):
        """T5's scaled start; queries small because attention has no 1/sqrt(d)."""
        c = self.cfg
        d, inner, ff = c["d_model"], c["num_heads"] * c["d_kv"], c["d_ff"]
        nn.init.normal_(self.shared.weight, std=0.3)
        for block in self.encoder.block:
            a, f = block.layer[0].SelfAttention, block.layer[1].DenseReluDense
            nn.init.normal_(a.q.weight, std=(d * c["d_kv"]) ** -0.5)
            for m in (a.k, a.v):
                nn.init.normal_(m.weight, std=d**-0.5)
            nn.init.normal_(a.o.weight, std=inner**-0.5)
            nn.init.normal_(a.relative_attention_bias.weight, std=d**-0.5)
            for m in (f.wi_0, f.wi_1):
                nn.init.normal_(m.weight, std=d**-0.5)
            nn.init.normal_(f.wo.weight, std=ff**-0.5)
        return self
