"""RMS norm + SiLU + "three time taps", the one operation in front of every causal 3x3x3 convolution of the VAE.

A causal 3x3x3 convolution over [B, T, H, W, C] equals a 3x3 convolution over frames whose channels hold the frames
t-2, t-1 and t side by side.  2-D channels-last kernels of cuDNN are much faster than its 3-D ones at 16 to 96
channels, and the taps can be written by the kernel that normalises: one read and three writes instead of twelve
passes over memory.  The backward pass recomputes the norm from x, so only x is kept.
"""
import torch
import torch.nn.functional as F

try:
    import triton
    import triton.language as tl
except ImportError:  # machines without a GPU do not need it
    triton = None

EPS = 1e-12  # floor of the channel norm, as in diffusers' F.normalize


def taps(x):
    """[B, T, H, W, C] -> [B, T, H, W, 3C]: frames t-2, t-1, t along the channels, zeros before the first frame."""
    t = x.shape[1]
    padded = F.pad(x, (0, 0, 0, 0, 0, 0, 2, 0))
    return torch.cat([padded[:, :t], padded[:, 1 : t + 1], padded[:, 2:]], -1)


def channel_norm(x, gamma):
    """gamma * sqrt(C) * x / max(|x|, 1e-12) over the last axis, computed in float32."""
    return (F.normalize(x.float(), dim=-1, eps=EPS) * (x.shape[-1] ** 0.5 * gamma)).to(x.dtype)


def _reference(x, gamma):
    return taps(F.silu(channel_norm(x, gamma)))


if triton is not None:

    @triton.jit
    def _forward_kernel(x, gamma, y, rows, frames, area, C: tl.constexpr, CP: tl.constexpr, R: tl.constexpr):
        row = tl.program_id(0).to(tl.int64) * R + tl.arange(0, R)
        c = tl.arange(0, CP)
        inside = (row[:, None] < rows) & (c[None, :] < C)
        v = tl.load(x + row[:, None] * C + c[None, :], mask=inside, other=0.0).to(tl.float32)
        g = tl.load(gamma + c, mask=c < C, other=0.0)
        inv = tl.sqrt(C * 1.0) / tl.maximum(tl.sqrt(tl.sum(v * v, 1)), 1e-12)
        n = v * inv[:, None] * g[None, :]
        s = (n * tl.sigmoid(n)).to(y.dtype.element_ty)
        zero = tl.zeros_like(s)
        t = (row // area) % frames
        out = y + row[:, None] * (3 * C) + c[None, :]
        tl.store(out + 2 * C, s, mask=inside)
        tl.store(out + area * 3 * C + C, s, mask=inside & (t + 1 < frames)[:, None])
        tl.store(out + 2 * area * 3 * C, s, mask=inside & (t + 2 < frames)[:, None])
        tl.store(out + C, zero, mask=inside & (t < 1)[:, None])
        tl.store(out, zero, mask=inside & (t < 2)[:, None])

    @triton.jit
    def _backward_kernel(x, gamma, gy, gx, ggamma, rows, frames, area, C: tl.constexpr, CP: tl.constexpr, R: tl.constexpr):
        program = tl.program_id(0)
        row = program.to(tl.int64) * R + tl.arange(0, R)
        c = tl.arange(0, CP)
        inside = (row[:, None] < rows) & (c[None, :] < C)
        v = tl.load(x + row[:, None] * C + c[None, :], mask=inside, other=0.0).to(tl.float32)
        g = tl.load(gamma + c, mask=c < C, other=0.0)[None, :]
        t = (row // area) % frames
        src = gy + row[:, None] * (3 * C) + c[None, :]
        d = tl.load(src + 2 * C, mask=inside, other=0.0).to(tl.float32)
        d += tl.load(src + area * 3 * C + C, mask=inside & (t + 1 < frames)[:, None], other=0.0).to(tl.float32)
        d += tl.load(src + 2 * area * 3 * C, mask=inside & (t + 2 < frames)[:, None], other=0.0).to(tl.float32)
        inv = (tl.sqrt(C * 1.0) / tl.maximum(tl.sqrt(tl.sum(v * v, 1)), 1e-12))[:, None]
        unit = v * inv
        n = unit * g
        sig = tl.sigmoid(n)
        dn = d * sig * (1 + n * (1 - sig))
        du = dn * g
        dx = inv * (du - unit * (tl.sum(du * unit, 1) / C)[:, None])
        tl.store(gx + row[:, None] * C + c[None, :], dx.to(gx.dtype.element_ty), mask=inside)
        tl.store(ggamma + program * C + c, tl.sum(dn * unit, 0), mask=c < C)

    class _NormTaps(torch.autograd.Function):
        @staticmethod
        def _grid(x):
            b, t, h, w, c = x.shape
            cp = triton.next_power_of_2(c)
            r = max(16, 4096 // cp)
            rows = b * t * h * w
            return rows, t, h * w, c, cp, r, triton.cdiv(rows, r)

        @staticmethod
        def forward(ctx, x, gamma):
            x = x.contiguous()
            rows, t, area, c, cp, r, programs = _NormTaps._grid(x)
            y = torch.empty(*x.shape[:-1], 3 * c, device=x.device, dtype=x.dtype)
            _forward_kernel[(programs,)](x, gamma, y, rows, t, area, C=c, CP=cp, R=r, num_warps=8)
            ctx.save_for_backward(x, gamma)
            return y

        @staticmethod
        def backward(ctx, gy):
            x, gamma = ctx.saved_tensors
            gy = gy.contiguous()
            rows, t, area, c, cp, r, programs = _NormTaps._grid(x)
            gx = torch.empty_like(x)
            partial = torch.empty(programs, c, device=x.device, dtype=torch.float32)
            _backward_kernel[(programs,)](x, gamma, gy, gx, partial, rows, t, area, C=c, CP=cp, R=r, num_warps=8)
            return gx, partial.sum(0)


def norm_silu_taps(x, gamma):
    """x [B, T, H, W, C], gamma [C] float32 -> taps(silu(channel_norm(x))) [B, T, H, W, 3C]."""
    if x.is_cuda and triton is not None:
        return _NormTaps.apply(x, gamma)
    return _reference(x, gamma)
