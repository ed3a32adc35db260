"""A scene's indices as names, and the choice of what a caption leaves out."""
import world

NO_SKY = ("underwater", "space")  # neither time of day nor weather there
KEPT = dict(colour=0.92)          # colour is learned last: it is dropped least
COMPLETE = 0.75                   # share of captions that state everything


class Facts:
    def __init__(self, scene):
        self.subject, self.colour = world.SUBJECTS[scene["subject"]], world.COLOURS[scene["colour"]]
        self.setting, self.tod = world.SETTINGS[scene["setting"]], world.TODS[scene["tod"]]
        self.weather, self.motion = world.WEATHERS[scene["weather"]], world.MOTIONS[scene["motion"]]
        self.size, self.speed = world.SIZES[scene["size"]], scene["speed"]  # speed stays an index: slow, normal, fast

    @property
    def sideways(self):
        return self.motion in ("left", "right")


def chooser(rng):
    """keep(p): always true in a complete caption, else true with probability p."""
    complete = rng.random() < COMPLETE
    return lambda p: complete or rng.random() < p
