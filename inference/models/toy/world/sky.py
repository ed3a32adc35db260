"""Sky, sun, moon, stars and clouds, and the light that the time of day throws on the land."""
import torch

from world.shapes import blend, circle, cover, ellipse, noise, per_clip, rgb, saturate, union

# indexed by time of day: sunrise, noon, sunset, night
GROUND_LIGHT = ((1.0, 0.90, 0.84), (1, 1, 1), (0.92, 0.64, 0.56), (0.27, 0.32, 0.52))
SUBJECT_LIGHT = ((1.0, 0.96, 0.94), (1, 1, 1), (1.0, 0.92, 0.88), (0.78, 0.80, 0.92))  # keeps colours nameable at night
ZENITH = ((128, 168, 226), (64, 146, 236), (66, 42, 108), (6, 8, 32))
MIDDLE = ((252, 206, 190), (140, 196, 248), (232, 84, 72), (18, 24, 66))
HORIZON = ((255, 226, 170), (204, 232, 252), (255, 184, 84), (44, 54, 104))
SUN = ((255, 246, 200), (255, 250, 205), (255, 122, 50), (246, 244, 226))
CLOUD = ((255, 228, 216), (255, 255, 255), (246, 146, 120), (52, 58, 96))


# indexed by weather: clear, rain, snow; rain is dark and bluish, snow is pale, so that either shows in the whole picture
WEATHER_LIGHT = ((1, 1, 1), (0.60, 0.68, 0.80), (0.92, 0.96, 1.02))
WEATHER_SKY = ((1, 1, 1), (0.56, 0.62, 0.72), (0.92, 0.96, 1.0))


def ground_light(stage):
    """[B, 1, 3, 1, 1] factor on the land's colours; greyer under rain and snow, darker under rain."""
    light, bad = per_clip(GROUND_LIGHT, stage.clip["tod"], stage.device), 1 - stage.clear
    greyed = light + bad * 0.45 * (light.mean(2, keepdim=True) - light)
    return greyed * per_clip(WEATHER_LIGHT, stage.clip["weather"], stage.device)


def horizon_colour(stage):
    return per_clip(HORIZON, stage.clip["tod"], stage.device) / 255


def paint_sky(image, stage, horizon=100.0):
    bad, tod = 1 - stage.clear, stage.clip["tod"]
    top, middle, low = (per_clip(table, tod, stage.device) / 255 for table in (ZENITH, MIDDLE, HORIZON))
    tint = per_clip(WEATHER_SKY, stage.clip["weather"], stage.device)
    top, middle, low = ((c + bad * 0.8 * (c.mean(2, keepdim=True) - c)) * tint for c in (top, middle, low))
    a = saturate(stage.y / horizon)
    base = top + (middle - top) * saturate(a * 2)
    image[:] = (base + (low - base) * saturate(a * 2 - 1)).expand_as(image)
    if bool((tod == 3).any()):
        paint_stars(image, stage)
    paint_sun_or_moon(image, stage, horizon)
    paint_clouds(image, stage)


def paint_stars(image, stage):
    view, y = stage.band(image, 0, 100)
    ix, iy, seed = torch.floor(stage.x / 27), torch.floor(y / 23), stage.rand(8)
    h1, h2 = noise(ix, iy, seed), noise(ix, iy, seed + 3)
    d = circle(stage.x - ix * 27, y - iy * 23, 4 + 19 * h1, 4 + 15 * h2, 1.2)
    twinkle = 0.8 + 0.2 * torch.sin(stage.t * 2.5 + 40 * h1)
    seen = (noise(ix, iy, seed + 5) > 0.45) * twinkle * stage.night * (0.25 + 0.75 * stage.clear)
    blend(view, rgb((255, 250, 225), image), saturate(0.7 - d) * seen)


def sun_x(stage):
    """The rising sun stands left, the setting sun right."""
    tod, r = stage.tag("tod"), stage.rand(9)
    return torch.where(tod == 0, 30 + 66 * r, torch.where(tod == 2, 160 + 66 * r, 40 + 176 * r))


def paint_sun_or_moon(image, stage, horizon):
    tod, x, y, r = stage.tag("tod"), stage.x, stage.y, stage.rand(10)
    drift = torch.where(tod == 0, -2.5 * stage.t, torch.where(tod == 2, 2.5 * stage.t, 0 * stage.t))
    sx = sun_x(stage)
    sy = torch.where(tod == 0, horizon - 22 - 8 * r, torch.where(tod == 2, horizon - 16 - 10 * r, 24 + 14 * r)) + drift
    radius = torch.where(tod == 2, 18.0, torch.where(tod == 0, 14.0, torch.where(tod == 3, 11.0, 12.0)))
    colour = per_clip(SUN, stage.clip["tod"], stage.device) / 255
    d = torch.sqrt((x - sx) ** 2 + (y - sy) ** 2 + 1e-6)
    visible = 0.12 + 0.88 * stage.clear
    image.add_(colour * (torch.exp(-(d - radius).clamp(min=0) / 26.0) * 0.34 * visible * (1 - 0.55 * stage.night)))
    disc = saturate(radius - d + 0.5) * visible
    bite = torch.sqrt((x - sx - 8) ** 2 + (y - sy + 5) ** 2 + 1e-6)  # makes the moon a crescent, not a thin one
    disc = torch.where(tod == 3, disc * (1 - saturate(radius - 1 - bite + 0.5)), disc)
    blend(image, colour, disc)


def paint_clouds(image, stage):
    view, y = stage.band(image, 0, 100)
    seed = stage.rand(11)
    x = stage.x + stage.camera * 0.06 + 90 * seed + 3 * stage.t
    ix = torch.floor(x / 118.0)
    h, h2 = noise(ix, 1.0, seed), noise(ix, 2.0, seed)
    scale = 0.75 + 0.5 * h
    u, v = (x - (ix + 0.5) * 118.0 - 30 * (h - 0.5)) / scale, (y - 16 - 34 * h2) / scale
    d = union(ellipse(u, v, -14, 2, 15, 7), ellipse(u, v, 13, 2, 17, 7), ellipse(u, v, 0, -4, 14, 10)) * 0.75
    colour = per_clip(CLOUD, stage.clip["tod"], stage.device) / 255
    blend(view, torch.where(stage.clear > 0, colour, colour * 0.72), cover(d / 1.6) * 0.86)
