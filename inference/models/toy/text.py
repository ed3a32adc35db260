"""Prompt text to token ids, as the pipeline does it: clean, tokenize, `</s>` last."""
import os

from tokenizers import Tokenizer

import config

HERE = os.path.dirname(os.path.abspath(__file__))


class Texts:
    def __init__(self, folder=os.path.join(HERE, "tokenizer")):
        self.tokenizer = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))

    def encode(self, text, limit=config.MAX_TOKENS):
        ids = self.tokenizer.encode(" ".join(text.split())).ids
        return ids if len(ids) <= limit else ids[: limit - 1] + [1]

    def batch(self, texts, device=None):
        """ids [N, MAX_TOKENS] and lengths [N]."""
        import torch

        ids = torch.zeros(len(texts), config.MAX_TOKENS, dtype=torch.long)
        rows = [self.encode(t) for t in texts]
        for i, row in enumerate(rows):
            ids[i, : len(row)] = torch.tensor(row)
        return ids.to(device), torch.tensor([len(r) for r in rows]).to(device)
