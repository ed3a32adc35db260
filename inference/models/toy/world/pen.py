"""The pen that draws a subject in its own coordinates: u to the front, v down, the origin at its foot or centre."""
import torch
import torch.nn.functional as F

from world.scene import COLOURS
from world.shapes import blend, cover, ellipse, per_clip, rgb, saturate
from world.sky import SUBJECT_LIGHT

PAINT = dict(red=(226, 38, 44), orange=(245, 130, 25), yellow=(250, 214, 40), green=(48, 165, 70), blue=(40, 95, 225),
             purple=(132, 58, 190), pink=(248, 130, 180), white=(240, 240, 244), black=(44, 44, 52))


class Pen:
    """image and mask are the window around the subject; `put` paints a shape and adds it to the mask."""

    def __init__(self, image, mask, stage, cy, rotation):
        self.image, self.mask, self.stage = image, mask, stage
        own_light = (stage.tag("setting") == 6) | (stage.tag("setting") == 7)  # water and space are lit evenly
        light = per_clip(SUBJECT_LIGHT, stage.clip["tod"], stage.device)
        self.light = torch.where(own_light, torch.ones((), device=stage.device), light)
        self.night = ((stage.tag("tod") == 3) & ~own_light).float()
        self.moonlit = torch.maximum(self.night, (stage.tag("setting") == 7).float())
        self.unit, self.t = stage.unit, stage.t
        self.main = per_clip(tuple(PAINT[c] for c in COLOURS), stage.clip["colour"], stage.device) / 255
        self.dark, self.lite = self.main * 0.62, self.main + (1 - self.main) * 0.35
        self.u0, self.v0 = (stage.x - stage.cx) / stage.unit, (stage.y - cy) / stage.unit  # not turned
        self._turn(rotation)

    def lift(self, units, rotation):
        """Moves the origin down by `units`: the drawing stands that much higher."""
        self.v0 = self.v0 + units
        self._turn(rotation)

    def _turn(self, rotation):
        c, s = torch.cos(rotation), torch.sin(rotation)
        self.across, self.v = c * self.u0 + s * self.v0, -s * self.u0 + c * self.v0
        self.u = self.across / self.stage.face

    def is_colour(self, name):
        return self.stage.tag("colour") == COLOURS.index(name)

    def tone(self, colour):
        return colour if torch.is_tensor(colour) else rgb(colour, self.image)

    def put(self, d, colour, alpha=1.0, masked=True, lit=True):
        """Paints the shape with signed distance d (in units); `lit` colours take the light of the day."""
        coverage = cover(d * self.unit)
        colour = self.tone(colour)
        blend(self.image, colour * self.light if lit else colour, coverage * alpha)
        if masked:
            torch.maximum(self.mask, coverage, out=self.mask)

    def glaze(self, d, colour, alpha=1.0):
        """Paints over what is there, without changing the mask: stripes and shading."""
        blend(self.image, self.tone(colour), cover(d * self.unit) * alpha)

    def moonlight(self, rows):
        """Lights the upper edge, `rows` pixels wide, of what is dark against a dark sky: it could not be seen otherwise."""
        above = F.pad(self.mask.flatten(0, 1), (0, 0, rows, 0), mode="replicate")[..., :-rows, :].view_as(self.mask)
        dark = (1 - self.main.mean(2, keepdim=True)) * self.moonlit
        blend(self.image, rgb((176, 196, 240), self.image), (0.36 * self.mask + (self.mask - above).clamp(min=0)) * dark.clamp(max=0.8))

    def shadow(self, half_width):
        """On the ground below the subject, paler when it is in the air."""
        s = self.stage
        d = ellipse((s.x - s.cx) / s.unit, (s.y - s.ground) / s.unit, 0, 0.02, half_width, 0.10)
        fade = 1 - 0.5 * saturate(s.height / 60)
        blend(self.image, rgb((20, 20, 30), self.image), cover(d * s.unit) * 0.38 * fade * s.on_ground)


