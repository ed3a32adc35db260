"""Ocean, underwater and outer space."""
import torch

from world.scene import MOTIONS
from world.shapes import blend, capsule, circle, cover, intersection, noise, rgb, saturate, union
from world.sky import ground_light, horizon_colour, paint_sky, sun_x
from world.terrain import fill_below, fill_gradient, ridge, scrolled


def ocean(image, stage):
    light, sky_light = ground_light(stage), horizon_colour(stage)
    paint_sky(image, stage, 88.0)
    fill_gradient(image, stage, 84, rgb((56, 140, 196), image) * light * 0.75 + sky_light * 0.25, rgb((22, 84, 150), image) * light)
    # glitter under the sun
    view, y = stage.band(image, 84)
    row = torch.floor((y - 84) / 6)
    half = 8 + 12 * noise(row, 1.0, stage.rand(8)) + 4 * torch.sin(stage.t * 3 + row * 2)
    streak = saturate(1.4 - (y - 84 - row * 6 - 3).abs())
    blend(view, sky_light, saturate(half - (stage.x - sun_x(stage)).abs()) * streak * 0.55 * stage.clear)
    wave(image, stage, light, 98.0, 1.6, 34.0, 6, 0.35, (44, 122, 184), 13, 92)
    wave(image, stage, light, 112.0, 2.4, 48.0, -9, 0.6, (36, 108, 174), 14, 104)


def ocean_foreground(image, mask, stage):
    """Waves in front of the subject; they also cover its mask."""
    light = ground_light(stage)
    line = wave(image, stage, light, 126.0, 3.0, 60.0, 14, 1.0, (28, 94, 162), 15, 116)
    wave(image, stage, light, 143.0, 4.0, 76.0, -12, 1.35, (20, 78, 146), 16, 132)
    mask.mul_(1 - saturate(stage.y - line + 0.5))


def wave(image, stage, light, level, height, period, speed, parallax, colour, seed, top):
    """Fills below one moving wave with a light crest; returns its line."""
    x = stage.x + stage.camera * parallax + speed * stage.t + 200 * stage.rand(seed)
    line = level - height * torch.sin(x / period * 6.2832) + 1.5 * torch.sin(stage.t * 2.2 + level)
    view, y = stage.band(image, top)
    blend(view, rgb(colour, image) * light, saturate(y - line + 0.5))
    blend(view, rgb((206, 232, 246), image) * light, saturate(1.1 - (y - line - 1).abs()) * 0.5)
    return line


def underwater(image, stage):
    t, x, y = stage.t, stage.x, stage.y
    shallow, deep = rgb((64, 186, 214), image), rgb((14, 62, 124), image)
    image[:] = (shallow + (deep - shallow) * saturate(y / 160)).expand_as(image)
    slanted = x + 0.45 * y + stage.camera * 0.1 + 200 * stage.rand(8)
    ray = torch.sin(slanted / 31 + 0.5 * torch.sin(t * 0.9)) * torch.sin(slanted / 13.7 + t * 0.5)
    image.add_(rgb((120, 200, 190), image) * (ray.clamp(min=0) * 0.28 * saturate(1 - y / 130)))
    far = ridge(scrolled(stage, 0.2, 13, 300), 128.0, 9.0, stage.rand(13), 140.0)
    fill_below(image, stage, far, rgb((24, 92, 130), image), 108)
    paint_seaweed(image, stage)
    sand = ridge(scrolled(stage, 0.7, 15, 200), 145.0, 3.0, stage.rand(15), 120.0)
    fill_below(image, stage, sand, rgb((222, 196, 140), image), 134)
    paint_coral(image, stage)
    # bubbles
    r, rising, cx = stage.rand(17), y + 22 * t, scrolled(stage, 0.4, 17, 60)
    iy, ix = torch.floor(rising / 46), torch.floor(cx / 53)
    h1, h2 = noise(ix, iy, r), noise(ix, iy, r + 2)
    d = circle(cx - ix * 53, rising - iy * 46, 10 + 33 * h1, 8 + 30 * h2, 2.6)
    blend(image, rgb((214, 244, 252), image), saturate(1.1 - d.abs()) * (h1 > 0.3) * 0.8)


def paint_seaweed(image, stage):
    view, y = stage.band(image, 84, 152)
    x, r = scrolled(stage, 0.5, 14, 100), stage.rand(14)
    ix = torch.floor(x / 33.0)
    h = noise(ix, 1.0, r)
    side = x - (ix + 0.5) * 33.0 - 9 * (h - 0.5)
    sway = (148 - y) * 0.12 * torch.sin(stage.t * 2 + 6.28 * h + y * 0.06)
    d = intersection((side - sway).abs() - 2.6 - 1.2 * torch.sin(y * 0.5), 100 + 24 * noise(ix, 2.0, r) - y)
    blend(view, rgb((40, 150, 96), image), cover(d) * (noise(ix, 4.0, r) > 0.3))


def paint_coral(image, stage):
    view, y = stage.band(image, 118)
    x, r = scrolled(stage, 0.7, 16, 100), stage.rand(16)
    ix = torch.floor(x / 97.0)
    h = noise(ix, 1.0, r)
    side = x - (ix + 0.5) * 97.0 - 30 * (h - 0.5)
    d = union(capsule(side, y, 0, 150, 0, 132, 2.6), capsule(side, y, 0, 142, 9, 130, 2.2), capsule(side, y, 0, 144, -9, 133, 2.2))
    blend(view, torch.where(h > 0.5, rgb((240, 110, 110), image), rgb((250, 170, 90), image)), cover(d))


def space(image, stage):
    x, y, t = stage.x, stage.y, stage.t
    image[:] = rgb((9, 8, 26), image).expand_as(image)
    for i, colour in ((8, (84, 34, 120)), (9, (22, 60, 120))):  # nebulae
        d = torch.sqrt((x - 30 - 196 * stage.rand(i) + stage.camera * 0.03) ** 2 + 1.6 * (y - 20 - 120 * stage.rand(i + 2)) ** 2)
        image.add_(rgb(colour, image) * torch.exp(-((d / 62) ** 2)) * 0.75)
    climb = torch.where(stage.tag("motion") == MOTIONS.index("rise"), 60.0, 0.0)
    for period, parallax, radius, seed, gaps in ((29.0, 0.08, 1.0, 12, 0.55), (47.0, 0.25, 1.8, 13, 0.35)):
        r = stage.rand(seed)
        sx, sy = scrolled(stage, parallax, seed, 100), y + 50 * r - climb * parallax * t
        ix, iy = torch.floor(sx / period), torch.floor(sy / period)
        h1, h2 = noise(ix, iy, r), noise(ix, iy, r + 3)
        d = circle(sx - ix * period, sy - iy * period, 2 + (period - 4) * h1, 2 + (period - 4) * h2, radius)
        there = (noise(ix, iy, r + 7) > gaps) * (0.85 + 0.15 * torch.sin(3 * t + 30 * h1))
        blend(image, rgb((255, 252, 236), image), saturate(0.7 - d) * there)
    paint_planet(image, stage)


def paint_planet(image, stage):
    side, hue = stage.rand(14), stage.rand(18)
    px = torch.where(side > 0.5, 206 + 20 * stage.rand(15), 30 + 20 * stage.rand(15)) - stage.camera * 0.05
    radius = 20 + 12 * stage.rand(17)
    u, v = (stage.x - px) / radius, (stage.y - 34 - 84 * stage.rand(16)) / radius
    d = circle(u, v, 0, 0, 1.0)
    blue_or_pink = torch.where(hue > 0.33, rgb((92, 156, 204), image), rgb((190, 110, 150), image))
    colour = torch.where(hue > 0.66, rgb((226, 148, 92), image), blue_or_pink)
    shade = 0.62 + 0.38 * saturate(0.5 - (u + v) * 0.6)
    stripes = 1 - 0.12 * (torch.sin(v * 9 + 1.5 * torch.sin(u * 2)) > 0.2)
    blend(image, colour * (shade * stripes), cover(d * radius))
    tilted = v + 0.18 * u
    ring = (torch.sqrt((u * 0.55) ** 2 + (tilted * 2.2) ** 2 + 1e-6) - 0.93).abs() - 0.10
    in_front = (tilted > 0) | (d > 0)
    blend(image, rgb((234, 210, 170), image), cover(ring * radius * 0.6) * in_front * (stage.rand(19) > 0.5) * 0.9)
