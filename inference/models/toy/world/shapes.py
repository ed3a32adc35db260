"""Signed distances (negative inside), hashes and blending: the vocabulary of the painters.

Coordinates u, v broadcast over [B, T, 1, H, W]; a distance times pixels per unit gives coverage = clamp(0.5 - d)."""
import math

import torch

_constants = {}


def constant(values, device):
    """A small table as a float32 tensor, copied to the device once (a copy per call cost 0.17 s a render)."""
    key = (values, device)
    if key not in _constants:
        _constants[key] = torch.tensor(values, dtype=torch.float32, device=device)
    return _constants[key]


def rgb(colour, like):
    """(r, g, b) in 0..255 -> [1, 1, 3, 1, 1] in 0..1."""
    return constant(colour, like.device).view(1, 1, 3, 1, 1) / 255.0


def per_clip(table, index, device):
    """table[index] as [B, 1, n, 1, 1] for a table of n-vectors."""
    return constant(table, device)[index].view(-1, 1, len(table[0]), 1, 1)


def saturate(x):
    return x.clamp(0, 1)


def fract(x):
    return x - torch.floor(x)


def noise(a, b=0.0, seed=0.0):
    """A repeatable random number in 0..1 per cell (a, b)."""
    return fract(torch.sin(a * 12.9898 + b * 78.233 + seed * 37.719) * 4375.8547)


def cover(d):
    """Coverage of a pixel whose centre is d pixels outside the edge."""
    return saturate(0.5 - d)


def blend(image, colour, alpha):
    """image += alpha * (colour - image), in place; alpha [B, T, 1, H, W]."""
    alpha = alpha.expand(-1, -1, 3, -1, -1) if alpha.shape[2] == 1 else alpha
    image.lerp_(colour.expand_as(image), alpha)


def polygon(u, v, points):
    """Convex polygon."""
    n = len(points)
    area = sum(points[i][0] * points[(i + 1) % n][1] - points[(i + 1) % n][0] * points[i][1] for i in range(n))
    sign, distance = (1.0 if area > 0 else -1.0), None
    for i in range(n):
        (x0, y0), (x1, y1) = points[i], points[(i + 1) % n]
        length = math.hypot(x1 - x0, y1 - y0)
        nx, ny = sign * (y1 - y0) / length, -sign * (x1 - x0) / length
        edge = u * nx + v * ny - (x0 * nx + y0 * ny)
        distance = edge if distance is None else torch.maximum(distance, edge)
    return distance


def circle(u, v, cx, cy, r):
    return torch.sqrt((u - cx) ** 2 + (v - cy) ** 2 + 1e-9) - r


def ellipse(u, v, cx, cy, rx, ry):
    return (torch.sqrt(((u - cx) / rx) ** 2 + ((v - cy) / ry) ** 2 + 1e-9) - 1) * min(rx, ry)


def box(u, v, cx, cy, hx, hy, r=0.0):
    """Rectangle of half sizes hx, hy with corners of radius r."""
    qx, qy = (u - cx).abs() - (hx - r), (v - cy).abs() - (hy - r)
    outside = torch.sqrt(qx.clamp(min=0) ** 2 + qy.clamp(min=0) ** 2 + 1e-9)
    return outside + torch.minimum(torch.maximum(qx, qy), torch.zeros_like(qx)) - r


def capsule(u, v, ax, ay, bx, by, r):
    """A stroke from a to b of half width r."""
    dx, dy = bx - ax, by - ay
    h = saturate(((u - ax) * dx + (v - ay) * dy) / (dx * dx + dy * dy + 1e-9))
    return torch.sqrt((u - ax - h * dx) ** 2 + (v - ay - h * dy) ** 2 + 1e-9) - r


def union(*distances):
    out = distances[0]
    for d in distances[1:]:
        out = torch.minimum(out, d)
    return out


def intersection(*distances):
    out = distances[0]
    for d in distances[1:]:
        out = torch.maximum(out, d)
    return out
