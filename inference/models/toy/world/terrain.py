"""What the landscapes share: hills, peaks, roads and trees, all scrolling with the camera at their own parallax."""
import torch

from world.shapes import blend, box, circle, cover, fract, intersection, noise, rgb, saturate, union


def scrolled(stage, parallax, seed, span):
    """x of a layer that moves `parallax` times the camera and starts somewhere in `span` pixels."""
    return stage.x + stage.camera * parallax + span * stage.rand(seed)


def ridge(x, base, height, seed, period):
    """The rolling skyline of hills or dunes."""
    waves = 0.52 * torch.sin(x / period * 6.2832 + 6.28 * seed) + 0.3 * torch.sin(x / period * 14.3 + 17 * seed)
    return base - height * (waves + 0.18 * torch.sin(x / period * 27.1 + 29 * seed))


def peaks(x, base, height, seed, period):
    """Two rows of triangular mountains."""
    line = None
    for offset, factor in ((0.0, 1.0), (0.5, 0.72)):
        ix = torch.floor(x / period + offset)
        side = (fract(x / period + offset) - 0.5).abs() * 2
        z = base - height * factor * (0.55 + 0.45 * noise(ix, offset, seed)) * (1 - side)
        line = z if line is None else torch.minimum(line, z)
    return line


def fill_below(image, stage, line, colour, top=0):
    """Everything under a skyline; nothing of it lies above `top`."""
    view, y = stage.band(image, top)
    blend(view, colour, saturate(y - line + 0.5))


def fill_gradient(image, stage, top, upper, lower):
    view, y = stage.band(image, top)
    a = saturate((y - top) / (160 - top))
    view[:] = (upper + (lower - upper) * a).expand_as(view)


def road(image, stage, light, top, bottom, colour, dash, edge):
    view, y = stage.band(image, top)
    blend(view, rgb(colour, image) * light, saturate(y - top + 0.5) * saturate(bottom - y + 0.5))
    blend(view, rgb(edge, image) * light, saturate(1.2 - (y - top - 1.5).abs()))
    blend(view, rgb(edge, image) * light, saturate(1.2 - (y - bottom + 1.5).abs()))
    along = (fract(scrolled(stage, 1.0, 12, 60) / 46.0) - 0.5).abs() * 46.0
    middle = top + (bottom - top) * 0.36
    blend(view, rgb(dash, image) * (0.35 + 0.65 * light), saturate(11.5 - along) * saturate(2.0 - (y - middle).abs()))


def round_trees(image, stage, light, parallax, period, base, scale, seed, colour, gaps=0.35):
    x, r = scrolled(stage, parallax, seed, 130), stage.rand(seed)
    ix = torch.floor(x / period)
    view, y = stage.band(image, max(0, int(base - 46 * scale)), int(base + 3))
    size = scale * (0.8 + 0.4 * noise(ix, 4.0, r))
    u = (x - (ix + 0.5) * period - 0.3 * period * (noise(ix, 3.0, r) - 0.5)) / size
    v = (y - base) / size
    there = noise(ix, 5.0, r) > gaps
    blend(view, rgb((112, 78, 52), image) * light, cover(box(u, v, 0.0, -6, 1.8, 7) * size) * there)
    crown = union(circle(u, v, 0, -22, 10), circle(u, v, -7, -16, 7), circle(u, v, 7, -16, 7)) * size
    blend(view, rgb(colour, image) * light, cover(crown) * there)
    bright = tuple(min(255, int(c * 1.22)) for c in colour)
    blend(view, rgb(bright, image) * light, cover(circle(u, v, -3, -24, 5) * size) * there)


def pines(image, stage, light, parallax, period, base, height, seed, colour, gaps=0.2, snow=None):
    x, r = scrolled(stage, parallax, seed, 150), stage.rand(seed)
    ix = torch.floor(x / period)
    side = (x - (ix + 0.5) * period - 0.35 * period * (noise(ix, 3.0, r) - 0.5)).abs()
    view, y = stage.band(image, max(0, int(base - height * 1.3)), int(base + 2))
    tall = height * (0.78 + 0.45 * noise(ix, 4.0, r))
    top = base - tall
    down = (y - top) / tall
    tier = down * 2.4
    width = (0.28 * down + 0.10 * fract(tier)) * tall * (down < 0.86)
    d = intersection((side - width) * 0.9, top - y)
    there = noise(ix, 5.0, r) > gaps
    blend(view, rgb((96, 68, 48), image) * light, saturate(tall * 0.05 + 0.5 - side) * saturate(y - top - tall * 0.8) * there)
    blend(view, rgb(colour, image) * light, cover(d) * there * (down < 0.86))
    if snow is not None:
        lit = saturate(1 - fract(tier) * 2.2)
        blend(view, rgb(snow, image) * light, cover(d + 1.0) * there * (down < 0.86) * lit)
