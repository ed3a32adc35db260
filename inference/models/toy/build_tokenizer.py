"""Builds the Unigram tokenizer in T5's conventions: <pad> 0, </s> 1, <unk> 2, 1,280 pieces.

    python build_tokenizer.py [OUT]

The vocabulary is counted, not trained: whole English words by frequency, the words of the Chinese grammar, then single
characters and a few suffixes for words never seen.  (The stock Unigram trainer splits common words here.)

Trained weights belong to the ids of their tokenizer: rebuild it only before training from scratch.  The committed one
came from an earlier form of this file that broke ties at random; it differs in 3 of 1,220 pieces and in the order."""
import json
import math
import os
import random
import re
import sys
import unicodedata
from collections import Counter

from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import Unigram

import captions
import world
from captions import negatives, words_chinese
from common_words import COMMON_WORDS

VOCABULARY, KEPT_FOR_CHARACTERS, CORPUS = 1280, 420, 60000
CHARACTER_SCORE, SUFFIX_SCORE = -14.0, -15.0
PRINTABLE = [chr(c) for c in range(33, 127)]
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
SUFFIXES = ("ing ed er es ly tion al le th an in on st re ar or en it is at ou ch sh ck ll ee oo ea ai ur ow ty ment ness ful able est"
            ).split()


def normal(text):
    return unicodedata.normalize("NFKC", text)


def make_corpus():
    rng = random.Random(7)
    lines = [captions.caption(world.sample_scene(rng), rng) for _ in range(CORPUS)]
    lines += captions.NEGATIVES * 40 + [w for w in COMMON_WORDS for _ in range(6)]
    lines += [" ".join(rng.sample(COMMON_WORDS, 12)) for _ in range(1500)]
    return lines + ["".join(PRINTABLE)] * 3 + [c for c in PRINTABLE for _ in range(20)]


def chinese_words():
    w = words_chinese
    lists = [v for table in (w.SUBJECTS, w.PLACES, w.TIMES, w.WEATHERS, w.DIRECTIONS) for v in table.values()]
    lists += [v for verbs in w.VERBS.values() for v in verbs.values()]
    words = [word for v in lists for word in v] + [*w.COLOURS.values(), *w.SHORT_COLOURS.values(), *w.STYLES]
    words += [word for v in w.SPEEDS for word in v if word] + ["一" + m for m in w.MEASURES.values()]
    return words + ["上空", *"的在上里中很大小"] + negatives.CHINESE.split("，")


def count_pieces(corpus):
    pieces, characters = Counter(), Counter()
    for line in corpus:
        line = normal(line)
        characters.update(line.replace(" ", ""))
        for word in line.split():
            if not re.fullmatch(r"[\x21-\x7e]+", word):
                continue
            stem, marks = re.fullmatch(r"(.*?)([.,!?:;]*)", word).groups()
            if stem:
                pieces["▁" + stem] += 1
            pieces.update(marks)
            if "-" in stem:
                pieces.update(re.split("(-)", stem))
    for word in {normal(w) for w in chinese_words()}:
        pieces[word] += 400
        pieces["▁" + word] += 150
    return pieces, characters


def make_vocabulary():
    """[(piece, log score)]; order of equally frequent pieces is fixed by sorting."""
    pieces, characters = count_pieces(make_corpus())
    total = sum(pieces.values())
    vocabulary = {"<pad>": 0.0, "</s>": 0.0, "<unk>": -20.0}
    for piece, count in sorted(pieces.items(), key=lambda item: (-item[1], item[0])):
        if len(vocabulary) >= VOCABULARY - KEPT_FOR_CHARACTERS:
            break
        if count >= 3 and len(piece) <= 20:
            vocabulary.setdefault(piece, math.log(count / total))
    singles = [*LETTERS, *"0123456789", *PRINTABLE, "▁", *(c for c, _ in sorted(characters.items(), key=lambda i: (-i[1], i[0])))]
    for score, more in ((CHARACTER_SCORE, singles), (SUFFIX_SCORE, [*SUFFIXES, *("▁" + c for c in LETTERS)])):
        for piece in more:
            if len(vocabulary) < VOCABULARY:
                vocabulary.setdefault(piece, score)
    return list(vocabulary.items())


def build():
    tokenizer = Tokenizer(Unigram(make_vocabulary(), unk_id=2, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    space = dict(replacement="▁", prepend_scheme="always", split=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(**space)])
    tokenizer.decoder = decoders.Metaspace(**space)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=["$A", "</s>"], pair=["$A", "</s>", "$B", "</s>"], special_tokens=[("</s>", 1)])
    return tokenizer


def save(tokenizer, out):
    os.makedirs(out, exist_ok=True)
    tokenizer.save(os.path.join(out, "tokenizer.json"))
    names = dict(eos_token="</s>", pad_token="<pad>", unk_token="<unk>")
    special = dict(lstrip=False, normalized=False, rstrip=False, single_word=False, special=True)
    settings = dict(tokenizer_class="T5Tokenizer", **names, extra_ids=0, additional_special_tokens=[], model_max_length=512,
                    clean_up_tokenization_spaces=False,
                    added_tokens_decoder={str(i): dict(content=c, **special) for i, c in enumerate(["<pad>", "</s>", "<unk>"])})
    for name, value in (("tokenizer_config.json", settings), ("special_tokens_map.json", names)):
        with open(os.path.join(out, name), "w") as f:
            json.dump(value, f, indent=2, ensure_ascii=False)


if __name__ == "__main__":
    save(build(), sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "tokenizer"))
