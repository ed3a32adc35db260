"""Truthful captions of a scene, with paraphrases, in English and Chinese."""
from captions import chinese, english, negatives, strange
from captions.negatives import PROMPTS as NEGATIVES

CHINESE_SHARE = 0.27


def caption(scene, rng):
    """One caption; three quarters state every attribute, the others leave some out but are never wrong."""
    return (chinese if rng.random() < CHINESE_SHARE else english).caption(scene, rng)


__all__ = ["NEGATIVES", "caption", "chinese", "english", "negatives", "strange"]
