"""Desert, city, meadow, mountains and forest.  Each painter fills a whole picture behind the subject."""
import torch

from world.shapes import blend, box, capsule, circle, cover, ellipse, fract, intersection, noise, rgb, saturate, union
from world.sky import ground_light, paint_sky
from world.terrain import fill_below, fill_gradient, peaks, pines, ridge, road, round_trees, scrolled


def desert(image, stage):
    light = ground_light(stage)
    paint_sky(image, stage, 104.0)
    # table mountains
    x, r = scrolled(stage, 0.12, 13, 300), stage.rand(13)
    ix, side = torch.floor(x / 104.0), (fract(x / 104.0) - 0.5).abs() * 104.0
    half = 26 + 20 * noise(ix, 1.0, r)
    top = 100 - (16 + 26 * noise(ix, 2.0, r)) * saturate((half - side) / 7 + 0.5)
    fill_below(image, stage, top, rgb((196, 112, 78), image) * light, 50)
    dunes = ridge(scrolled(stage, 0.3, 14, 200), 103.0, 7.0, stage.rand(14), 170.0)
    fill_below(image, stage, dunes, rgb((222, 158, 96), image) * light, 85)
    view, y = stage.band(image, 108)
    blend(view, rgb((238, 190, 124), image) * light, saturate(y - 108.5))
    paint_cacti(image, stage, light)
    road(image, stage, light, 120, 153, (84, 80, 84), (250, 206, 70), (232, 226, 214))


def paint_cacti(image, stage, light):
    x, r = scrolled(stage, 0.55, 15, 90), stage.rand(15)
    ix = torch.floor(x / 86.0)
    h = noise(ix, 3.0, r)
    view, y = stage.band(image, 60, 124)
    size = 0.8 + 0.5 * h
    u, v = (x - (ix + 0.5) * 86.0 - 24 * (h - 0.5)) / size, (y - 116) / size
    right = union(capsule(u, v, 0, -10, 8, -10, 2.2), capsule(u, v, 8, -10, 8, -18, 2.2))
    left = union(capsule(u, v, 0, -14, -8, -14, 2.2), capsule(u, v, -8, -14, -8, -20, 2.2))
    d = union(capsule(u, v, 0, -24, 0, 0, 3.4), right, left)
    blend(view, rgb((70, 128, 74), image) * light, cover(d * size) * (noise(ix, 5.0, r) > 0.3))


def city(image, stage):
    light = ground_light(stage)
    paint_sky(image, stage, 112.0)
    paint_towers(image, stage, light, 0.15, 34.0, 44, (150, 158, 180), 13, windows=False)
    paint_towers(image, stage, light, 0.38, 52.0, 52, (108, 104, 122), 14, windows=True)
    fill_gradient(image, stage, 116, rgb((176, 170, 168), image) * light, rgb((150, 146, 148), image) * light)
    # lamp posts
    side = (fract(scrolled(stage, 0.8, 15, 80) / 132.0) - 0.5) * 132.0
    view, y = stage.band(image, 62, 124)
    post = union(box(side, y, 0.0, 95, 1.4, 26), capsule(side, y, 0, 70, 9, 68, 1.3))
    blend(view, rgb((58, 60, 70), image) * (0.4 + 0.6 * light), cover(post))
    lamp = circle(side, y, 10, 71, 3.2)
    blend(view, rgb((255, 236, 170), image), cover(lamp) * (0.5 + 0.5 * stage.night))
    view.add_(rgb((255, 214, 130), image) * (torch.exp(-lamp.clamp(min=0) / 8) * 0.5 * stage.night))
    road(image, stage, light, 123, 154, (76, 78, 88), (238, 238, 232), (206, 204, 200))


def paint_towers(image, stage, light, parallax, period, spread, colour, seed, windows):
    x, r = scrolled(stage, parallax, seed, 400), stage.rand(seed)
    ix = torch.floor(x / period)
    side, top = x - (ix + 0.5) * period, 116 - (30 + spread * noise(ix, 1.0, r))
    half = period * (0.40 + 0.09 * noise(ix, 2.0, r))
    view, y = stage.band(image, 20, 118)
    d = intersection(side.abs() - half, top - y)
    hue, base = noise(ix, 7.0, r), rgb(colour, image)
    brick = (rgb((176, 110, 92), image) - base) * (hue > 0.66) * (0.55 if windows else 0.0)
    blend(view, (base * (0.82 + 0.36 * hue) + brick) * light, cover(d))
    if windows:
        gx, gy = torch.floor((side + 42) / 14), torch.floor((y - top) / 15)
        wx, wy = side + 42 - gx * 14 - 7, y - top - gy * 15 - 8
        dusk = (stage.tag("tod") == 2).float()
        lit = (noise(gx + ix * 7, gy, r) > 0.45).float() * (stage.night + 0.6 * dusk)
        glass = rgb((150, 186, 214), image) * light * (1 - lit) + rgb((255, 220, 120), image) * lit
        blend(view, glass, cover(intersection(wx.abs() - 3.8, wy.abs() - 4.4)) * cover(d + 3.5))


def meadow(image, stage):
    light = ground_light(stage)
    paint_sky(image, stage, 104.0)
    hills = ridge(scrolled(stage, 0.12, 13, 300), 92.0, 15.0, stage.rand(13), 210.0)
    fill_below(image, stage, hills, rgb((118, 176, 112), image) * light, 68)
    round_trees(image, stage, light, 0.25, 60.0, 104, 0.62, 15, (58, 130, 66))
    near = ridge(scrolled(stage, 0.35, 14, 200), 106.0, 7.0, stage.rand(14), 160.0)
    fill_below(image, stage, near, rgb((104, 186, 84), image) * light, 92)
    view, y = stage.band(image, 112)
    blend(view, rgb((126, 204, 88), image) * light, saturate(y - 113))
    blend(view, rgb((214, 188, 138), image) * light, saturate(y - 126.5) * saturate(151.5 - y))
    for row, parallax, seed in ((118.0, 0.7, 8), (156.0, 1.15, 9)):  # flowers beside the path
        x, r = scrolled(stage, parallax, seed, 60), stage.rand(seed)
        ix = torch.floor(x / 29.0)
        side = x - (ix + 0.5) * 29.0 - 12 * (noise(ix, 3.0, r) - 0.5)
        d, hue = circle(side, y, 0.0, row + 3 * (noise(ix, 5.0, r) - 0.5), 3.0), noise(ix, 9.0, r)
        white_or_pink = torch.where(hue > 0.33, rgb((250, 250, 250), image), rgb((244, 120, 150), image))
        blend(view, torch.where(hue > 0.66, rgb((255, 240, 120), image), white_or_pink) * light, cover(d))


def mountains(image, stage):
    light = ground_light(stage)
    paint_sky(image, stage, 104.0)
    for parallax, period, base, height, seed, colour in (
            (0.06, 150.0, 108.0, 80.0, 13, (132, 150, 186)), (0.16, 104.0, 112.0, 54.0, 14, (104, 120, 158))):
        x = scrolled(stage, parallax, seed, 300)
        line = peaks(x, base, height, stage.rand(seed), period)
        view, y = stage.band(image, 20, 118)
        inside = saturate(y - line + 0.5)
        blend(view, rgb(colour, image) * light, inside)
        snow_line = base - height * 0.52 + 5 * torch.sin(x / 6.3)
        blend(view, rgb((246, 249, 255), image) * (0.25 + 0.75 * light), inside * saturate(snow_line - y + 0.5))
    view, y = stage.band(image, 104)
    line = ridge(scrolled(stage, 0.3, 15, 200), 110.0, 4.0, stage.rand(15), 150.0)
    blend(view, rgb((232, 240, 250), image) * (0.12 + 0.88 * light), saturate(y - line + 0.5))
    pines(image, stage, light, 0.5, 44.0, 121, 34, 16, (52, 96, 92), 0.35, (236, 244, 252))
    road(image, stage, light, 124, 152, (150, 158, 172), (244, 246, 250), (214, 222, 234))


def forest(image, stage):
    light = ground_light(stage)
    paint_sky(image, stage, 112.0)
    pines(image, stage, light, 0.15, 33.0, 112, 62, 13, (108, 158, 122), 0.0)
    fill_below(image, stage, 108.0, rgb((92, 142, 96), image) * light, 100)
    pines(image, stage, light, 0.4, 40.0, 119, 82, 14, (44, 108, 66), 0.15)
    view, y = stage.band(image, 112)
    blend(view, rgb((72, 128, 62), image) * light, saturate(y - 116.5))
    blend(view, rgb((156, 118, 80), image) * light, saturate(y - 124.5) * saturate(152.5 - y))
    x = scrolled(stage, 0.8, 8, 60)
    ix = torch.floor(x / 23.0)
    bush = ellipse(x - (ix + 0.5) * 23.0, y, 0, 119, 8, 5)
    blend(view, rgb((52, 104, 52), image) * light, cover(bush) * (noise(ix, 1.0, stage.rand(8)) > 0.3))
