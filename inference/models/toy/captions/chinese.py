"""Chinese captions."""
from captions import words_chinese as words
from captions.facts import KEPT, NO_SKY, Facts, chooser

AIRBORNE = ("bird", "rocket", "balloon")


def caption(scene, rng):
    f, pick, keep = Facts(scene), rng.choice, chooser(rng)
    subject = _noun_phrase(f, pick, keep, rng)
    place = _place(f, pick, rng) if keep(0.85) else ""
    verb = pick(words.VERBS[f.subject]["go" if f.sideways else f.motion])
    direction = pick(words.DIRECTIONS[f.motion]) if f.sideways and rng.random() < 0.88 else ""
    manner = pick(words.SPEEDS[f.speed]) if f.motion != "still" else ""
    tail = []
    if f.setting not in NO_SKY:
        if keep(0.75):
            tail.append(pick(words.TIMES[f.tod]))
        if f.weather != "clear" and keep(0.88) or f.weather == "clear" and rng.random() < 0.1:
            tail.append(pick(words.WEATHERS[f.weather]))
    body = subject + place + manner + direction + verb
    if rng.random() < 0.4 and tail:
        body = "，".join([tail[0], body, *tail[1:]])
    else:
        body = "，".join([body, *tail])
    if rng.random() < 0.2:
        body += "，" + "，".join(rng.sample(words.STYLES, rng.randint(1, 2)))
    return body + "。" if rng.random() < 0.6 else body


def _noun_phrase(f, pick, keep, rng):
    colour = ""
    if keep(KEPT["colour"]):
        if f.colour in words.SHORT_COLOURS and rng.random() < 0.25:
            colour = words.SHORT_COLOURS[f.colour]
        else:
            colour = words.COLOURS[f.colour] + "的" * (rng.random() < 0.6)
    size = dict(small="小", large="大").get(f.size, "") if keep(0.6) else ""
    if size and rng.random() < 0.3:
        size = "很" + size + "的"
    noun = pick(words.SUBJECTS[f.subject])
    if size == "大" and noun.startswith("小") or size == "小" and noun.startswith(("小", "大")):
        size = ""
    before, after = (size, "") if len(size) > 1 else ("", size)  # a bare 大 or 小 stands next to the noun
    return "一" + words.MEASURES[f.subject] + before + colour + after + noun


def _place(f, pick, rng):
    name = pick(words.PLACES[f.setting])
    place = "在" + name
    if name not in ("水下", "海底") and name[-1] not in "上下面底":
        place += pick(["上", "里", "中"])
    if f.subject in AIRBORNE and f.setting != "space" and rng.random() < 0.6:
        place = "在" + name + "上空"
    return place


def full_caption(scene):
    """The plain caption that states every attribute (for scores)."""
    f = Facts(scene)
    name = words.PLACES[f.setting][0]
    in_air = f.subject in AIRBORNE and f.setting not in NO_SKY
    place = "在" + name + ("上空" if in_air else "" if name[-1] in "上下面底" else "里")
    size = dict(small="很小的", large="很大的").get(f.size, "")
    subject = "一" + words.MEASURES[f.subject] + size + words.COLOURS[f.colour] + "的" + words.SUBJECTS[f.subject][0]
    manner = words.SPEEDS[f.speed][0] if f.motion != "still" else ""
    direction = words.DIRECTIONS[f.motion][0] if f.sideways else ""
    tail = [] if f.setting in NO_SKY else [words.TIMES[f.tod][0]]
    if f.weather != "clear":
        tail.append(words.WEATHERS[f.weather][0])
    verb = words.VERBS[f.subject]["go" if f.sideways else f.motion][0]
    return "，".join([subject + place + manner + direction + verb, *tail]) + "。"
