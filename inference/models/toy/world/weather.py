"""Rain and snow in front of everything.  Drops and flakes are large and few: smaller ones do not survive the VAE."""
import torch

from world.scene import SETTINGS, WEATHERS
from world.shapes import blend, circle, cover, noise, rgb, saturate
from world.sky import ground_light


def paint_snow_cover(image, stage):
    """Whitens the land, not the sea, behind the subject of a snowy clip: flakes alone are hard to see."""
    snowy = (stage.tag("weather") == WEATHERS.index("snow")) & (stage.tag("setting") != SETTINGS.index("ocean"))
    if bool(snowy.any()):
        view, y = stage.band(image, 92)
        blend(view, rgb((238, 243, 250), image) * ground_light(stage), saturate((y - 96) / 26) * 0.58 * snowy)


def paint_weather(image, stage):
    for name, painter in (("rain", rain), ("snow", snow)):
        chosen = (stage.clip["weather"] == WEATHERS.index(name)).nonzero()[:, 0]
        if len(chosen):
            part = image[chosen]
            painter(part, stage.part(chosen))
            image[chosen] = part


def rain(image, stage):
    alpha = None
    for width, height, speed, seed in ((33.0, 62.0, 118.0, 8), (47.0, 84.0, 150.0, 9)):
        r = stage.rand(seed)
        x = stage.x + 0.22 * stage.y + 0.15 * stage.camera + 90 * r
        ix = torch.floor(x / width)
        y = stage.y - speed * stage.t + 300 * noise(ix, 2.0, r)
        iy = torch.floor(y / height)
        dx = x - ix * width - 3 - (width - 6) * noise(ix, iy, r)
        a = saturate(1.5 - dx.abs()) * saturate(height * 0.2 - (y - iy * height - height / 2).abs() + 0.5)
        alpha = a if alpha is None else torch.maximum(alpha, a)
    blend(image, rgb((214, 226, 240), image), alpha * 0.7)


def snow(image, stage):
    alpha = None
    for cell, speed, radius, seed in ((53.0, 28.0, 3.0, 8), (71.0, 40.0, 4.2, 9)):
        r = stage.rand(seed)
        y = stage.y - speed * stage.t + 40 * r
        iy = torch.floor(y / cell)
        x = stage.x + 0.2 * stage.camera + 90 * r + 4 * torch.sin(stage.t * 1.5 + iy)
        ix = torch.floor(x / cell)
        h1, h2 = noise(ix, iy, r), noise(ix, iy, r + 3)
        a = cover(circle(x - ix * cell, y - iy * cell, 4 + (cell - 8) * h1, 4 + (cell - 8) * h2, radius))
        alpha = a if alpha is None else torch.maximum(alpha, a)
    blend(image, rgb((250, 252, 255), image), alpha * 0.95)
