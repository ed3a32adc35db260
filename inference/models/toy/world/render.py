"""From packed scenes to video: settings first, then subjects, then what lies in front of them."""
import torch

from world import creatures, land, vehicles, water_and_space
from world.motion import SIZE_FACTOR, UNIT, make_stage
from world.pen import Pen
from world.scene import SETTINGS, SUBJECTS
from world.weather import paint_snow_cover, paint_weather

PLACES = dict(desert=land.desert, city=land.city, meadow=land.meadow, ocean=water_and_space.ocean, mountains=land.mountains,
              forest=land.forest, underwater=water_and_space.underwater, space=water_and_space.space)
ACTORS = dict(car=vehicles.car, bus=vehicles.bus, ball=creatures.ball, sailboat=vehicles.sailboat, bird=creatures.bird,
              fish=creatures.fish, rocket=vehicles.rocket, balloon=vehicles.balloon, cat=creatures.cat)

# Window that a subject is drawn in: half width, height above and below its position, in drawing units.  Painting a
# window instead of the whole picture makes a subject four to six times cheaper.
WINDOW = dict(car=(3.2, 1.0, 0.3), bus=(1.6, 1.3, 0.3), ball=(1.3, 2.3, 1.3), sailboat=(1.4, 2.1, 0.6), bird=(1.4, 1.2, 1.2),
              fish=(1.4, 0.9, 0.9), rocket=(1.8, 1.8, 1.8), balloon=(1.3, 1.6, 1.6), cat=(1.4, 1.6, 0.3))


def render(clips, times, height=160, width=256, want_mask=False):
    """clips: dict of tensors [B] (see scene.pack); times [T] or [B, T] seconds, on any device.

    Returns video [B, T, 3, H, W] in 0..1, and with want_mask the subject's coverage [B, T, 1, H, W] too."""
    device, b = clips["f"].device, clips["f"].shape[0]
    times = times.to(device)
    times = times[None].expand(b, -1) if times.ndim == 1 else times
    t = times.shape[1]
    video = torch.empty(b, t, 3, height, width, device=device)
    mask = torch.zeros(b, t, 1, height, width, device=device)
    x = (torch.arange(width, device=device, dtype=torch.float32) + 0.5).view(1, 1, 1, 1, width) * (256.0 / width)
    y = (torch.arange(height, device=device, dtype=torch.float32) + 0.5).view(1, 1, 1, height, 1) * (160.0 / height)
    settings, subjects = clips["setting"].cpu(), clips["subject"].cpu()
    for setting in settings.unique().tolist():
        chosen = (settings == setting).nonzero()[:, 0]
        chosen = chosen[torch.argsort(subjects[chosen], stable=True)]  # every subject becomes one slice
        at = chosen.to(device)
        stage = make_stage({k: v[at] for k, v in clips.items()}, times[at], x, y)
        image = torch.empty(len(chosen), t, 3, height, width, device=device)
        subject_mask = torch.zeros(len(chosen), t, 1, height, width, device=device)
        PLACES[SETTINGS[setting]](image, stage)
        paint_snow_cover(image, stage)
        present, counts = subjects[chosen].unique_consecutive(return_counts=True)
        start = 0
        for subject, count in zip(present.tolist(), counts.tolist()):
            part = slice(start, start + count)
            paint_subject(SUBJECTS[subject], image[part], subject_mask[part], stage.part(part))
            start += count
        if SETTINGS[setting] == "ocean":
            water_and_space.ocean_foreground(image, subject_mask, stage)
        paint_weather(image, stage)
        video[at], mask[at] = image, subject_mask
    soften(video)
    video.clamp_(0, 1)
    return (video, mask) if want_mask else video


def paint_subject(name, image, mask, stage):
    """Cuts the window that follows the subject out of every frame, paints into it and puts it back."""
    b, t, _, height, width = image.shape
    sx, sy = width / 256.0, height / 160.0
    half, above, below = (units * UNIT[name] * SIZE_FACTOR[2] * 1.06 + 6 for units in WINDOW[name])
    w, h = min(width, int(2 * half * sx) + 2), min(height, int((above + below) * sy) + 2)
    left = ((stage.cx.view(b, -1) - half) * sx).long().clamp(0, width - w).expand(b, t)
    top = ((stage.cy.view(b, -1) - above) * sy).long().clamp(0, height - h).expand(b, t)
    columns = left[..., None] + torch.arange(w, device=image.device)       # [b, t, w]
    rows = top[..., None] + torch.arange(h, device=image.device)           # [b, t, h]
    frame = torch.arange(b * t, device=image.device).view(b, t, 1, 1)
    pixel = (frame, rows[..., None].expand(b, t, h, w), columns[:, :, None].expand(b, t, h, w))
    frames, masks = (z.view(b * t, -1, height, width).permute(0, 2, 3, 1) for z in (image, mask))
    window = frames[pixel].permute(0, 1, 4, 2, 3).contiguous()
    window_mask = torch.zeros(b, t, 1, h, w, device=image.device)
    x, y = (columns.float() + 0.5).view(b, t, 1, 1, w) / sx, (rows.float() + 0.5).view(b, t, 1, h, 1) / sy
    draw(name, window, window_mask, stage.part(slice(None), x, y)).moonlight(max(1, round(2.5 * sy)))
    frames[pixel] = window.permute(0, 1, 3, 4, 2)
    masks[pixel] = window_mask.permute(0, 1, 3, 4, 2)


def draw(name, image, mask, stage):
    """Paints the subject and its mask; returns the pen."""
    cy, rotation = stage.cy, stage.rotation
    if name == "sailboat":
        cy = cy + 2.2 * torch.sin(stage.t * 2.2 + 112.0)
        rotation = 0.05 * torch.sin(stage.t * 1.7 + 6 * stage.rand(6))
    elif name == "balloon":
        rotation = 0.05 * torch.sin(stage.t * 1.3 + 6 * stage.rand(6))
    pen = Pen(image, mask, stage, cy, rotation)
    if name == "ball":
        pen.lift(1.0 * stage.on_ground, rotation)  # it touches the ground with its rim
    ACTORS[name](pen)
    return pen


def soften(video):
    """Binomial [1, 6, 1] / 8 across and down, in place: edges about 1.5 pixels wide, as a camera would see them.

    In slices of clips, to save memory."""
    for part in video.split(32):
        for axis in (-1, -2):
            n = part.shape[axis]
            middle, before, after = part.narrow(axis, 1, n - 2), part.narrow(axis, 0, n - 2), part.narrow(axis, 2, n - 2)
            middle.copy_(middle * 0.75 + (before + after) * 0.125)
