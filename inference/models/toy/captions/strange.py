"""Captions with words from outside of the world: such words should lead to one of its scenes, not to a blur between all of them."""
import re
import string

from captions import words_english as words
from captions.facts import NO_SKY, Facts
from common_words import COMMON_WORDS

STRANGE_SHARE = 0.04  # of the training captions


def _words_of(value):
    if isinstance(value, str):
        return set(re.findall(r"[a-z]+", value.lower()))
    return set().union(*(_words_of(v) for v in (value.values() if isinstance(value, dict) else value)))


KNOWN = set().union(*(_words_of(v) for name, v in vars(words).items() if name.isupper()))
UNKNOWN = sorted(set(COMMON_WORDS) - KNOWN)


def caption(scene, rng):
    """Strange things in the scene's true place; or no word that says anything: English, made up, or Chinese characters."""
    form = rng.random()
    if form < 0.5:
        f = Facts(scene)
        tail = "" if f.setting in NO_SKY else " " + rng.choice(words.TIMES[f.tod])
        return f"A {' '.join(rng.sample(UNKNOWN, rng.randint(1, 4)))} {rng.choice(words.PLACES[f.setting]['ground'])}{tail}"
    if form < 0.7:
        return " ".join(rng.sample(UNKNOWN, rng.randint(1, 10)))
    if form < 0.85:
        return " ".join("".join(rng.choices(string.ascii_lowercase, k=rng.randint(3, 8))) for _ in range(rng.randint(1, 4)))
    return "".join(chr(rng.randint(0x4E00, 0x9FA5)) for _ in range(rng.randint(2, 10)))
