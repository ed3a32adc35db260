"""Where the subject and the camera are at each moment."""
import math

import torch

from world.scene import MOTIONS, SUBJECTS
from world.shapes import constant, fract

# pixels a second (slow, normal, fast): slow ones can be seen, fast ones stay within what 16 fps and the VAE can follow
SPEED = dict(car=(46, 84, 134), bus=(40, 70, 110), ball=(32, 58, 96), sailboat=(24, 44, 74), bird=(34, 60, 96), fish=(30, 50, 84),
             rocket=(40, 72, 116), balloon=(22, 36, 56), cat=(28, 50, 82))
UNIT = dict(car=42, bus=37, ball=26, sailboat=37, bird=40, fish=37, rocket=35, balloon=32, cat=41)  # pixels a unit of its drawing
SIZE_FACTOR = (0.72, 1.0, 1.36)
HOPS, TURNS = (0.45, 0.7, 1.0), (0.25, 0.36, 0.5)  # a second (slow, normal, fast): what moved further in four frames, a latent frame, lost its shape
MIDDLE = 1.03          # seconds: the middle of a clip, when the subject is in the middle of its path
GRAVITY, DROP = 150.0, 80.0


class Stage:
    """One group of clips on its way to the painters: parameters, motion (fields below) and pixel coordinates.

    Fields are [B, T or 1, 1, 1, 1]: cx, cy position; unit pixels per drawing unit; face +1 right, -1 left; rotation;
    camera offset; t seconds; travelled pixels; ground line; height above it; sideways 1 where it moves left or right."""

    FIELDS = ("cx", "cy", "unit", "face", "rotation", "camera", "t", "travelled", "ground", "height", "sideways", "on_ground")

    def __init__(self, clip, fields, x, y):
        self.clip, self.x, self.y = clip, x, y
        for name in self.FIELDS:
            setattr(self, name, fields[name])

    def part(self, which, x=None, y=None):
        """The clips `which` (slice or index), optionally with other pixel coordinates."""
        clip = {k: v[which] for k, v in self.clip.items()}
        return Stage(clip, {n: getattr(self, n)[which] for n in self.FIELDS}, self.x if x is None else x, self.y if y is None else y)

    def rand(self, i):
        return self.clip["f"][:, i].view(-1, 1, 1, 1, 1)

    def tag(self, key):
        return self.clip[key].view(-1, 1, 1, 1, 1)

    @property
    def device(self):
        return self.x.device

    @property
    def clear(self):
        return (self.tag("weather") == 0).float()

    @property
    def night(self):
        return (self.tag("tod") == 3).float()

    def band(self, image, top=0, bottom=160):
        """Rows top..bottom (world pixels) of the image, and their y coordinates."""
        h = image.shape[3]
        rows = slice(int(top * h / 160), int(bottom * h / 160))
        return image[:, :, :, rows], self.y[:, :, :, rows]


def make_stage(clip, times, x, y):
    """clip: dict of tensors [B]; times [B, T] seconds."""
    f, device = clip["f"], clip["f"].device
    subject, motion, speed = clip["subject"], clip["motion"], clip["speed"]

    def moves(*names):
        return sum((motion == MOTIONS.index(m)).float() for m in names)[:, None]

    def subject_is(*names):
        return sum((subject == SUBJECTS.index(s)).float() for s in names)[:, None]

    def r(i):
        return f[:, i : i + 1]

    t = times
    velocity = constant(tuple(SPEED[s] for s in SUBJECTS), device)[subject].gather(1, speed[:, None]) * (0.9 + 0.2 * r(0))
    size = constant(SIZE_FACTOR, device)[clip["size"]][:, None]
    unit = constant(tuple(UNIT[s] for s in SUBJECTS), device)[subject][:, None] * size * (0.95 + 0.1 * r(1))
    in_space = (clip["setting"] == 7)[:, None].float()
    on_ground = subject_is("car", "bus", "ball", "cat") * (1 - in_space)
    ball, rocket, cat = subject_is("ball"), subject_is("rocket"), subject_is("cat")
    ground = 137 + 8 * r(2)
    rest = on_ground * ground + (1 - on_ground) * (52 + 46 * r(2))
    boat = subject_is("sailboat")
    rest = boat * (112 + 10 * r(2)) + (1 - boat) * rest

    # left and right: the camera follows cars and buses most of the way, others some of it
    sideways, direction = moves("right", "left"), moves("right") - moves("left")
    follows = subject_is("car", "bus")
    track = 0.65 * follows + (1 - 0.65 * follows) * r(3) * (1 - 0.25 * (1 - follows))
    middle = 128 + 60 * (r(4) - 0.5)
    cx = middle + sideways * direction * velocity * (1 - track) * (t - MIDDLE)
    camera = sideways * direction * velocity * track * t

    # up and down
    vertical = moves("fall") - moves("rise")
    climb = velocity * torch.where(rocket > 0, 0.62, 1.0)
    cy = rest + 0 * t
    cy = torch.where(moves("rise", "fall") * (1 - ball) > 0, 80 + 14 * (r(2) - 0.5) + vertical * climb * (t - MIDDLE), cy)
    dropped = (t - 0.15).clamp(min=0) * (0.6 + 0.25 * speed[:, None].float())
    after = (dropped - math.sqrt(2 * DROP / GRAVITY)).clamp(min=0)
    hop = (50 * after - 75 * after * after).clamp(min=0)
    cy = torch.where(moves("fall") * ball > 0, ground - (DROP - GRAVITY / 2 * dropped * dropped).clamp(min=0) - hop, cy)
    phase = fract(t * constant(HOPS, device)[speed][:, None] + r(6))
    jump = (30 + 24 * r(5)) * 4 * phase * (1 - phase)
    cy = cy - moves("bounce") * jump * (1 - 0.35 * cat)

    # circles and turns
    pulse = constant(TURNS, device)[speed][:, None] * 2 * math.pi
    angle = pulse * t + 6.283 * r(6)
    radius = 34 + 12 * r(5)
    circling = moves("circle")
    cx = cx + circling * radius * torch.cos(angle)
    cy = torch.where(circling > 0, 74 + 24 * (r(2) - 0.5) + 0.7 * radius * torch.sin(angle), cy)
    face = direction + (1 - sideways) * torch.where(r(7) > 0.5, 1.0, -1.0)
    heading = -torch.sin(angle)
    turned = torch.where(heading >= 0, 1.0, -1.0) * (heading.abs() * 3).clamp(0.25, 1)
    face = torch.where(circling > 0, turned, face + 0 * t)
    travelled = camera + cx - middle
    rotation = torch.zeros_like(cx)
    rotation = rotation + rocket * sideways * direction * (math.pi / 2)  # it is drawn pointing up
    rotation = rotation + rocket * (1 - sideways) * 0.06 * torch.sin(3 * t)
    rotation = rotation + moves("spin") * pulse * 0.65 * t
    rotation = rotation + ball * (1 - in_space) * sideways * travelled / unit + ball * moves("bounce") * 1.2 * t * face

    fields = dict(cx=cx, cy=cy, unit=unit, face=face, rotation=rotation, camera=camera, t=t, travelled=travelled, ground=ground,
                  height=moves("bounce") * jump, sideways=sideways, on_ground=on_ground)
    return Stage(clip, {k: (v + 0 * (t if k in ("cx", "cy") else 0))[:, :, None, None, None] for k, v in fields.items()}, x, y)
