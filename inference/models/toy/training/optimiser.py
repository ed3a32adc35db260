"""Muon for weight matrices and AdamW for the rest, an EMA, and clipping; every operation can be captured in a CUDA graph.

Learning rates live in tensors, so that a captured step follows the schedule.
"""
import torch


@torch.no_grad()
def orthogonalise(g, steps=5):
    """Newton-Schulz iteration towards the nearest orthogonal matrices of a batch [N, rows, columns]."""
    x = g.to(torch.bfloat16 if g.is_cuda else torch.float32)
    tall = x.shape[-2] > x.shape[-1]
    x = x.mT if tall else x
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(steps):
        a = x @ x.mT
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return (x.mT if tall else x).float()


class Muon:
    """Momentum orthogonalised per matrix, scaled to AdamW's update size.  Convolution kernels count as [out, rest].

    Matrices of one shape are stacked and orthogonalised together."""

    def __init__(self, params, lr, weight_decay=0.0, momentum=0.95):
        self.lr, self.weight_decay, self.momentum = lr, weight_decay, momentum
        self.groups = {}
        for p in params:
            self.groups.setdefault((p.shape[0], p[0].numel()), []).append(p)
        self.buffers = {k: torch.zeros(len(v), *k, device=v[0].device) for k, v in self.groups.items()}

    @torch.no_grad()
    def step(self):
        for shape, params in self.groups.items():
            g = torch.stack([p.grad.reshape(shape) for p in params]).float()
            m = self.buffers[shape].lerp_(g, 1 - self.momentum)
            update = orthogonalise(g.lerp(m, self.momentum)) * (0.2 * max(shape) ** 0.5 * self.lr)
            for p, u in zip(params, update.unbind(0)):
                p.mul_(1 - self.lr * self.weight_decay).sub_(u.view(p.shape))


class Optimiser:
    """Muon on `matrices`, AdamW on every other parameter, gradient norm clipped to 1, EMA of all."""

    def __init__(self, params, matrices, lr_muon, lr_adam, weight_decay=0.0, betas=(0.9, 0.96), ema_decay=0.998):
        self.params = params
        device = params[0].device
        chosen = {id(p) for p in matrices}
        self.base = (lr_muon, lr_adam)
        self.lr_muon, self.lr_adam = torch.zeros((), device=device), torch.zeros((), device=device)
        self.muon = Muon([p for p in params if id(p) in chosen], self.lr_muon, weight_decay)
        rest = [p for p in params if id(p) not in chosen]
        decays = [p for p in rest if p.ndim >= 2 and p.shape[0] > 8]
        plain = [p for p in rest if not (p.ndim >= 2 and p.shape[0] > 8)]
        groups = [dict(params=decays, weight_decay=0.4 * weight_decay), dict(params=plain, weight_decay=0.0)]
        on_gpu = device.type == "cuda"
        self.adam = torch.optim.AdamW(groups, lr=self.lr_adam, betas=betas, capturable=on_gpu, fused=on_gpu,
                                      foreach=False if not on_gpu else None)
        self.decay = ema_decay
        self.ema = [p.detach().clone() for p in params]

    def set_factor(self, factor):
        self.lr_muon.fill_(self.base[0] * factor)
        self.lr_adam.fill_(self.base[1] * factor)

    def zero(self):
        for p in self.params:
            p.grad = None

    def step(self):
        norm = torch.nn.utils.clip_grad_norm_(self.params, 1.0)
        self.adam.step()
        self.muon.step()
        torch._foreach_lerp_(self.ema, [p.detach() for p in self.params], 1 - self.decay)
        return norm

    def tensors(self):
        """Everything that ranks average: weights, momenta (AdamW's exist after its first step) and EMA."""
        moments = [m for state in self.adam.state.values() for m in (state["exp_avg"], state["exp_avg_sq"])]
        return [*(p.detach() for p in self.params), *self.muon.buffers.values(), *moments, *self.ema]

    @torch.no_grad()
    def restart_ema(self):
        torch._foreach_copy_(self.ema, [p.detach() for p in self.params])

    @torch.no_grad()
    def swap_ema(self):
        """Exchanges weights and EMA; call again to swap back."""
        for p, e in zip(self.params, self.ema):
            kept = p.detach().clone()
            p.copy_(e)
            e.copy_(kept)
