"""Renderer, captions and tokenizer."""
import random

import torch

import captions
import config
import world
from text import Texts


def scenes(n, seed=1):
    rng = random.Random(seed)
    return [world.sample_scene(rng) for _ in range(n)]


def packed(items):
    return world.to_dev(world.pack(items), "cpu")


def test_every_subject_and_setting_renders():
    items = scenes(60)
    assert {s["subject"] for s in items} == set(range(9)) and {s["setting"] for s in items} == set(range(8))
    video, mask = world.render(packed(items), torch.tensor([0.0, 1.0]), 64, 96, want_mask=True)
    assert video.shape == (60, 2, 3, 64, 96) and mask.shape == (60, 2, 1, 64, 96)
    assert video.isfinite().all() and 0 <= video.min() and video.max() <= 1
    assert (mask.amax((1, 2, 3, 4)) > 0.5).all(), "every subject is in the picture"


def test_a_clip_does_not_depend_on_its_batch():
    items = scenes(12)
    times = torch.tensor([0.5])
    together = world.render(packed(items), times, 64, 96)
    alone = world.render(packed(items[5:6]), times, 64, 96)
    assert torch.allclose(together[5:6], alone, atol=1e-5)


def test_motion_to_the_right_moves_right():
    scene = next(s for s in scenes(200) if world.MOTIONS[s["motion"]] == "right" and world.SUBJECTS[s["subject"]] == "bird")
    _, mask = world.render(packed([scene]), torch.tensor([0.5, 1.5]), 160, 256, want_mask=True)
    x = torch.arange(256.0)
    centre = (mask[0, :, 0] * x).sum((1, 2)) / mask[0, :, 0].sum((1, 2))
    assert centre[1] >= centre[0] - 1


def test_held_out_combinations_stay_out():
    rng = random.Random(2)
    for _ in range(500):
        s = world.sample_scene(rng)
        assert (world.SUBJECTS[s["subject"]], world.COLOURS[s["colour"]]) != ("cat", "blue")
    held = [world.sample_scene(rng, held=True) for _ in range(50)]
    assert ("cat", "blue") in {(world.SUBJECTS[s["subject"]], world.COLOURS[s["colour"]]) for s in held}


def test_training_sees_more_of_what_is_hard():
    def share(**settings):
        rng = random.Random(4)
        drawn = [world.sample_scene(rng, **settings) for _ in range(4000)]
        return sum((world.SUBJECTS[s["subject"]], world.MOTIONS[s["motion"]]) == ("rocket", "spin") for s in drawn) / len(drawn)

    assert share(training=True) > 1.5 * share() > 0


def test_captions_are_truthful_and_fit():
    rng, texts = random.Random(3), Texts()
    foreign = {c: [w for w in world.COLOURS if w != c] for c in world.COLOURS}
    for scene in scenes(400, 4):
        text = captions.caption(scene, rng)
        ids = texts.encode(text)
        assert ids[-1] == 1 and 2 not in ids and len(ids) < config.MAX_TOKENS
        subject_colour = world.COLOURS[scene["colour"]]
        for wrong in foreign[subject_colour]:
            assert f" {wrong} {world.SUBJECTS[scene['subject']]}" not in text
        assert subject_colour in captions.english.full_caption(scene).lower()


def test_strange_captions_name_nothing_of_the_world():
    rng = random.Random(5)
    for scene in scenes(200, 6):
        words = set(captions.strange.caption(scene, rng).lower().split())
        assert not words & {"car", "bus", "ball", "sailboat", "bird", "fish", "rocket", "balloon", "cat", *world.COLOURS} - {"green"}


def test_what_is_dark_at_night_has_a_light_edge():
    cat = dict(scenes(1)[0], subject=8, colour=8, setting=1, tod=3, weather=0, motion=7, size=1)
    video, mask = world.render(packed([cat]), torch.tensor([0.5]), want_mask=True)
    inside = video[0, 0].mean(0)[mask[0, 0, 0] > 0.9]
    around = video[0, 0].mean(0)[130:][mask[0, 0, 0, 130:] == 0]
    assert inside.quantile(0.9) > around.median() + 0.15


def test_tokens_of_the_showpiece_are_words():
    tokens = Texts().tokenizer.encode("A red sports car speeding through a desert highway at sunset").tokens
    assert tokens == ["▁A", "▁red", "▁sports", "▁car", "▁speeding", "▁through", "▁a", "▁desert", "▁highway", "▁at", "▁sunset", "</s>"]
