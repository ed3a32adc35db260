"""The Wan video transformer (text-to-video, expanded timesteps) with the state-dict keys of diffusers.

Two forms that compute the same function as WanTransformer3DModel but cost less:
* the zero rows behind a text are all alike, so they fold into one key whose logit gets + log(count);
* a token has one of two timesteps (0 on a given first frame, t elsewhere), so modulation is computed twice per
  sample instead of once per token.
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

PAD_KEYS = 8  # extra text rows: the folded zero row and seven masked ones (keeps the key count a multiple of 8)
MASKED = -1e4


class TimestepEmbedding(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.linear_1, self.linear_2 = nn.Linear(i, o), nn.Linear(o, o)


class ConditionEmbedder(nn.Module):
    def __init__(self, dim, freq_dim, text_dim):
        super().__init__()
        self.freq_dim = freq_dim
        self.time_embedder = TimestepEmbedding(freq_dim, dim)
        self.time_proj = nn.Linear(dim, 6 * dim)
        self.text_embedder = TimestepEmbedding(text_dim, dim)

    def time(self, t):
        """t [N] in 0..1000 -> temb [N, D], modulation [N, 6, D]."""
        half = self.freq_dim // 2
        freq = torch.exp(-math.log(10000) * torch.arange(half, device=t.device, dtype=torch.float32) / half)
        angle = t.float()[:, None] * freq
        e = self.time_embedder
        temb = e.linear_2(F.silu(e.linear_1(torch.cat([angle.cos(), angle.sin()], -1))))
        return temb, self.time_proj(F.silu(temb)).unflatten(1, (6, -1))

    def text(self, x):
        e = self.text_embedder
        return e.linear_2(F.gelu(e.linear_1(x), approximate="tanh"))


class Attention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.to_q, self.to_k, self.to_v = nn.Linear(dim, dim), nn.Linear(dim, dim), nn.Linear(dim, dim)
        self.to_out = nn.ModuleList([nn.Linear(dim, dim)])
        self.norm_q, self.norm_k = nn.RMSNorm(dim, eps=1e-6), nn.RMSNorm(dim, eps=1e-6)

    def forward(self, x, context=None, key_bias=None, rope=None):
        """x [B, S, D]; context [B, L, D] for cross-attention with key_bias [B, L]; rope (cos, sin) [S, d/2]."""
        source = x if context is None else context
        q, k, v = self.norm_q(self.to_q(x).float()), self.norm_k(self.to_k(source).float()), self.to_v(source)
        q, k, v = (z.unflatten(2, (self.heads, -1)).transpose(1, 2) for z in (q, k, v))  # [B, heads, S, d]
        if rope is not None:
            q, k = rotate(q, *rope), rotate(k, *rope)
        mask = None
        if key_bias is not None:
            mask = key_bias[:, None, None].to(v.dtype).expand(-1, self.heads, x.shape[1], -1)
        y = F.scaled_dot_product_attention(q.to(v.dtype), k.to(v.dtype), v, attn_mask=mask)
        return self.to_out[0](y.transpose(1, 2).flatten(2))


def rotate(x, cos, sin):
    """Interleaved rotary embedding of x [B, heads, S, d]."""
    even, odd = x.float().unflatten(-1, (-1, 2)).unbind(-1)
    return torch.stack([even * cos - odd * sin, even * sin + odd * cos], -1).flatten(3)


def rope_tables(grid, head_dim, device=None):
    """(cos, sin), each [T*H*W, head_dim/2], for a token grid (T, H, W); angles in float64 like the original."""
    part = 2 * (head_dim // 6)
    sizes = (head_dim - 2 * part, part, part)
    axes = torch.meshgrid(*[torch.arange(n, dtype=torch.float64) for n in grid], indexing="ij")
    angles = [axis.flatten()[:, None] * 10000 ** (-torch.arange(0, p, 2, dtype=torch.float64) / p)
              for axis, p in zip(axes, sizes)]
    angle = torch.cat(angles, 1)
    return angle.cos().float().to(device), angle.sin().float().to(device)


class FeedForward(nn.Module):
    def __init__(self, dim, inner):
        super().__init__()
        first = nn.Module()
        first.proj = nn.Linear(dim, inner)
        self.net = nn.ModuleList([first, nn.Identity(), nn.Linear(inner, dim)])

    def forward(self, x):
        return self.net[2](F.gelu(self.net[0].proj(x), approximate="tanh"))


def modulated_norm(x, shift, scale):
    return F.layer_norm(x.float(), (x.shape[-1],), eps=1e-6) * (1 + scale) + shift


class Block(nn.Module):
    def __init__(self, dim, heads, ffn):
        super().__init__()
        self.attn1, self.attn2 = Attention(dim, heads), Attention(dim, heads)
        self.norm2 = nn.LayerNorm(dim, eps=1e-6)
        self.ffn = FeedForward(dim, ffn)
        self.scale_shift_table = nn.Parameter(torch.randn(1, 6, dim) / dim**0.5)

    def forward(self, x, context, key_bias, mod, rope, first):
        """x [B, S, D] float32; mod [B, 2, 6, D] for tokens with first 1 or 0; first [S] 1.0 on first-frame tokens."""
        m = mod.float() + self.scale_shift_table
        part = first[:, None] * m[:, 0, :, None] + (1 - first[:, None]) * m[:, 1, :, None]  # [B, 6, S, D], fused
        shift1, scale1, gate1, shift2, scale2, gate2 = part.unbind(1)
        x = x + gate1 * self.attn1(modulated_norm(x, shift1, scale1), rope=rope).float()
        x = x + self.attn2(self.norm2(x.float()), context, key_bias).float()
        return x + gate2 * self.ffn(modulated_norm(x, shift2, scale2)).float()


class Denoiser(nn.Module):
    """velocity(latents, time, text).  Latents [B, T, h, w, C] channel-last, normalised to unit variance."""

    def __init__(self, cfg):
        super().__init__()
        self.cfg = cfg
        heads, d = cfg["num_attention_heads"], cfg["attention_head_dim"]
        dim, c = heads * d, cfg["in_channels"]
        self.patch_embedding = nn.Conv3d(c, dim, (1, 2, 2), stride=(1, 2, 2))
        self.condition_embedder = ConditionEmbedder(dim, cfg["freq_dim"], cfg["text_dim"])
        self.blocks = nn.ModuleList([Block(dim, heads, cfg["ffn_dim"]) for _ in range(cfg["num_layers"])])
        self.proj_out = nn.Linear(dim, 4 * cfg["out_channels"])
        self.scale_shift_table = nn.Parameter(torch.randn(1, 2, dim) / dim**0.5)

    def context(self, text, lengths, total=512):
        """Text rows [B, L, text_dim] with `lengths` [B] true ones, as if padded with zeros to `total` rows.

        Returns keys [B, L + 8, D] and their logit bias [B, L + 8]."""
        b, n, _ = text.shape
        real = torch.arange(n, device=text.device)[None] < lengths[:, None]
        rows = self.condition_embedder.text(F.pad(text * real[..., None], (0, 0, 0, PAD_KEYS)))
        bias = torch.full((b, n + PAD_KEYS), MASKED, device=text.device)
        bias[:, :n] = torch.where(real, 0.0, MASKED)
        bias[:, n] = torch.log((total - lengths).float().clamp(min=1e-4))
        return rows, bias

    def forward(self, x, t, context, key_bias, rope, t_first=None):
        """t [B] in 0..1000; t_first [B] is the time of the first latent frame (0 where it is given, else t)."""
        b, f, h, w, c = x.shape
        tokens = x.view(b, f, h // 2, 2, w // 2, 2, c).permute(0, 1, 2, 4, 3, 5, 6).reshape(b, -1, 4 * c)
        patch = self.patch_embedding.weight.permute(0, 2, 3, 4, 1).flatten(1)
        y = F.linear(tokens, patch, self.patch_embedding.bias).float()
        temb, mod = self.condition_embedder.time(torch.stack([t if t_first is None else t_first, t], 1).flatten())
        temb, mod = temb.unflatten(0, (b, 2)), mod.unflatten(0, (b, 2))
        first = (torch.arange(y.shape[1], device=x.device) < y.shape[1] // f).float()
        for block in self.blocks:
            y = block(y, context, key_bias, mod, rope, first)
        m = temb.float()[:, :, None] + self.scale_shift_table  # [B, 2, 2, D]: (first or not, shift or scale)
        part = first[:, None] * m[:, 0, :, None] + (1 - first[:, None]) * m[:, 1, :, None]
        y = self.proj_out(modulated_norm(y, *part.unbind(1)))
        y = y.view(b, f, h // 2, w // 2, 2, 2, -1).permute(0, 1, 2, 4, 3, 5, 6)
        return y.reshape(b, f, h, w, -1)

    def initialise(self):
        """DiT's start: gates, output and text reading at zero."""
        for m in self.modules():
            if isinstance(m, nn.Linear):
                nn.init.xavier_uniform_(m.weight)
                nn.init.zeros_(m.bias)
        nn.init.xavier_uniform_(self.patch_embedding.weight.data.view(self.patch_embedding.weight.shape[0], -1))
        nn.init.zeros_(self.patch_embedding.bias)
        e = self.condition_embedder
        for layer in (e.time_embedder.linear_1, e.time_embedder.linear_2):
            nn.init.normal_(layer.weight, std=0.02)
        nn.init.zeros_(e.time_proj.weight)
        for block in self.blocks:
            nn.init.zeros_(block.scale_shift_table)
            nn.init.zeros_(block.attn2.to_out[0].weight)
        nn.init.zeros_(self.scale_shift_table)
        nn.init.zeros_(self.proj_out.weight)
        return self
