"""The toy world: cartoon scenes with a known setting, time of day, weather, subject, colour, motion, speed and size.

    scene = sample_scene(random.Random(1))
    video = render(to_dev(pack([scene]), "cpu"), torch.arange(33) / 16)
"""
from world.render import render
from world.scene import COLOURS, KEYS, MOTIONS, SETTINGS, SIZES, SPEEDS, SUBJECTS, TODS, WEATHERS, pack, sample_scene, to_dev

__all__ = ["COLOURS", "KEYS", "MOTIONS", "SETTINGS", "SIZES", "SPEEDS", "SUBJECTS", "TODS", "WEATHERS",
           "pack", "render", "sample_scene", "to_dev"]
