"""English captions."""
from captions import words_english as words
from captions.facts import KEPT, NO_SKY, Facts, chooser

AIRBORNE, ON_ROADS = ("bird", "rocket", "balloon"), ("car", "bus")


def caption(scene, rng):
    f, pick, keep = Facts(scene), rng.choice, chooser(rng)
    noun_phrase = _noun_phrase(f, pick, keep)
    verb = _verb(f, pick) if keep(0.9 if f.motion == "still" else 0.92) else None
    if verb is None and f.sideways:
        verb = "moving" if rng.random() < 0.5 else None
    kind = _kind_of_place(f, rng)
    place = pick(words.PLACES[f.setting][kind]) if keep(0.85) else None
    direction = pick(words.DIRECTIONS[f.motion]) if f.sideways and rng.random() < 0.88 and verb else None
    tail = _time_and_weather(f, pick, keep, rng)
    if rng.random() < 0.3:
        tail.reverse()
    article = pick(["a", "a", "a", "the", "one"])
    if article == "a" and noun_phrase[0] in "aeiou":
        article = "an"
    form = rng.random()
    middle = [w for w in ([verb, direction, place] if rng.random() < 0.7 else [verb, place, direction]) if w]
    lead = None
    if form < 0.12 and place and tail:
        lead = pick(tail)
        tail = [w for w in tail if w != lead]
    finite = rng.random() < 0.25
    if verb and finite and verb.split()[0].endswith("ing") and not verb.startswith(("standing", "sitting", "waiting")):
        middle[0] = "is " + verb
    return _finish(f"{article} {noun_phrase} " + " ".join(middle), lead, tail, rng)


def _noun_phrase(f, pick, keep):
    parts = []
    if f.size != "normal" and keep(0.6):
        parts.append(pick(words.SIZES[f.size]))
    if keep(KEPT["colour"]):
        parts.append(pick(words.COLOURS[f.colour]))
    noun = pick(words.SUBJECTS[f.subject])
    if noun.startswith("little") and f.size == "large":
        noun = "bird"
    return " ".join([*parts, noun])


def _verb(f, pick):
    if f.motion == "still":
        return pick(words.VERBS[f.subject]["still"])
    return pick(words.VERBS[f.subject]["go" if f.sideways else f.motion][f.speed])


def _kind_of_place(f, rng):
    places = words.PLACES[f.setting]
    if f.subject in ON_ROADS and "road" in places and rng.random() < 0.85:
        return "road"
    return "air" if f.subject in AIRBORNE and "air" in places and rng.random() < 0.75 else "ground"


def _time_and_weather(f, pick, keep, rng):
    tail = []
    if f.setting in NO_SKY:
        return tail
    clear = f.weather == "clear"
    if keep(0.75):
        if f.tod == "night" and clear and rng.random() < 0.3:
            tail.append(pick(words.CLEAR_NIGHT))
        elif f.tod == "noon" and clear and rng.random() < 0.35:
            tail.append(pick(words.CLEAR_NOON))
        else:
            tail.append(pick(words.TIMES[f.tod]))
    if keep(0.88) if not clear else rng.random() < 0.12:
        tail.append(pick(words.WEATHERS[f.weather]))
    return tail


def _finish(body, lead, tail, rng):
    """Joins the parts, opens and closes the sentence, and sometimes adds style words."""
    if tail:
        body += (" " if rng.random() < 0.75 else ", ") + (" " if rng.random() < 0.6 else ", ").join(tail)
    if lead:
        body = lead[0].upper() + lead[1:] + ", " + body
    elif rng.random() < 0.14:
        body = rng.choice(words.OPENINGS) + body
    else:
        body = body[0].upper() + body[1:]
    body = " ".join(body.split()).replace(" ,", ",")
    if rng.random() < 0.2:
        body += ", " + ", ".join(rng.sample(words.STYLES, rng.randint(1, 3)))
    if rng.random() < 0.6:
        body += "."
    return body.lower() if rng.random() < 0.12 else body


def full_caption(scene):
    """The plain caption that states every attribute (for scores)."""
    f = Facts(scene)
    places = words.PLACES[f.setting]
    kind = "road" if f.subject in ON_ROADS and "road" in places else "air" if f.subject in AIRBORNE and "air" in places else "ground"
    verbs = words.VERBS[f.subject]["go" if f.sideways else f.motion]
    parts = ["A", words.SIZES[f.size][0] if f.size != "normal" else "", f.colour, words.SUBJECTS[f.subject][0],
             verbs[0] if f.motion == "still" else verbs[f.speed][0], words.DIRECTIONS[f.motion][0] if f.sideways else "",
             places[kind][0], "" if f.setting in NO_SKY else words.TIMES[f.tod][0],
             words.WEATHERS[f.weather][0] if f.weather != "clear" else ""]
    return " ".join(p for p in parts if p).replace("A orange", "An orange")
