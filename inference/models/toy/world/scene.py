"""What can be in a clip, and how a scene is drawn at random.

A scene is a dict of indices (`KEYS`) plus `f`, NOISE random numbers in 0..1 that place everything the caption does not
name.  All lengths of the world are in pixels of a 256 x 160 picture, times in seconds."""
import numpy as np
import torch

SETTINGS = ["desert", "city", "meadow", "ocean", "mountains", "forest", "underwater", "space"]
TODS = ["sunrise", "noon", "sunset", "night"]
WEATHERS = ["clear", "rain", "snow"]
SUBJECTS = ["car", "bus", "ball", "sailboat", "bird", "fish", "rocket", "balloon", "cat"]
COLOURS = ["red", "orange", "yellow", "green", "blue", "purple", "pink", "white", "black"]
MOTIONS = ["right", "left", "rise", "fall", "bounce", "circle", "spin", "still"]
SPEEDS = ["slow", "normal", "fast"]
SIZES = ["small", "normal", "large"]
KEYS = ["setting", "tod", "weather", "subject", "colour", "motion", "speed", "size"]
NOISE = 20

SUBJECT_WEIGHTS = dict(car=2.2, bus=1.2, ball=1.2, sailboat=1.0, bird=1.1, fish=1.0, rocket=1.3, balloon=1.1, cat=1.2)
# What is hard to draw is trained on more often; scores keep the weights above.
TRAINING_WEIGHTS = dict(car=1.6, bus=1.0, ball=1.6, sailboat=0.9, bird=2.0, fish=0.9, rocket=1.5, balloon=1.2, cat=2.0)
# ... and so are these motions, times as often as the others of the same subject.
TRAINING_MOTIONS = {("rocket", "spin"): 4, ("bird", "circle"): 2, ("ball", "bounce"): 1.5}
ROADS = ["desert", "city", "mountains", "forest", "meadow"]
OPEN_AIR = ["desert", "city", "meadow", "ocean", "mountains", "forest"]
PLACES = {
    "car": ROADS, "bus": ROADS, "ball": ["desert", "city", "meadow", "mountains", "forest", "space"], "sailboat": ["ocean"],
    "bird": OPEN_AIR, "fish": ["underwater"], "rocket": ["space", "space", "desert", "city", "meadow", "ocean", "mountains"],
    "balloon": OPEN_AIR, "cat": ["desert", "city", "meadow", "mountains", "forest"]}
ACTS = {
    "car": ["right", "right", "left", "left", "still"], "bus": ["right", "right", "left", "left", "still"],
    "ball": ["bounce", "bounce", "right", "left", "fall"], "sailboat": ["right", "left", "still"],
    "bird": ["right", "left", "circle"], "fish": ["right", "left", "circle"],
    "rocket": ["rise", "rise", "fall", "right", "left"], "balloon": ["rise", "fall", "right", "left"],
    "cat": ["right", "left", "bounce", "still"]}

# Never trained, only scored: does the model put together what it has only seen apart?
HELD_COLOURS = {("rocket", "green"), ("cat", "blue"), ("car", "purple"), ("balloon", "white")}
HELD_PLACES = {("bus", "mountains"), ("bird", "desert")}


def sample_scene(rng, held=False, training=False):
    """One random scene; with `held`, one of the combinations that training leaves out; with `training`, more often a difficult one."""
    weights = TRAINING_WEIGHTS if training else SUBJECT_WEIGHTS

    def act(motions):
        return rng.choices(motions, [TRAINING_MOTIONS.get((subject, m), 1) for m in motions])[0] if training else rng.choice(motions)

    while True:
        subject = rng.choices(SUBJECTS, [weights[s] for s in SUBJECTS])[0]
        colour = rng.choice(COLOURS)
        setting = rng.choice(PLACES[subject])
        if ((subject, colour) in HELD_COLOURS or (subject, setting) in HELD_PLACES) != held:
            continue
        motion = act(ACTS[subject])
        if setting == "space" and subject == "ball":
            motion = act(["spin", "right", "left"])
        if setting == "space" and subject == "rocket":
            motion = act(["rise", "right", "left", "spin"])
        tod = rng.choice(TODS)
        weather = rng.choices(WEATHERS, [0.56, 0.22, 0.22])[0]
        if setting == "desert" and weather == "snow":
            weather = "clear"
        if setting == "mountains" and weather == "rain":
            weather = "snow"
        if setting in ("underwater", "space"):
            tod, weather = "noon", "clear"
        speed = "normal" if motion == "still" else rng.choices(SPEEDS, [0.28, 0.4, 0.32])[0]
        return dict(
            setting=SETTINGS.index(setting), tod=TODS.index(tod), weather=WEATHERS.index(weather),
            subject=SUBJECTS.index(subject), colour=COLOURS.index(colour), motion=MOTIONS.index(motion),
            speed=SPEEDS.index(speed), size=rng.choices([0, 1, 2], [0.25, 0.5, 0.25])[0],
            f=[rng.random() for _ in range(NOISE)])


def pack(scenes):
    """List of scenes -> dict of arrays: KEYS [B] int64, f [B, NOISE] float32."""
    arrays = {k: np.array([s[k] for s in scenes], dtype=np.int64) for k in KEYS}
    arrays["f"] = np.array([s["f"] for s in scenes], dtype=np.float32)
    return arrays


def to_dev(arrays, device):
    """Packed scenes as tensors on a device."""
    return {k: torch.as_tensor(v).to(device) for k, v in arrays.items()}
