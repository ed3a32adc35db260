"""Puts the folder of the training programs on the path; a small picture and two layers keep the tests short."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import pytest
import torch

import config
from training.run import Run


@pytest.fixture(autouse=True, scope="session")
def small():
    torch.set_num_threads(2)
    config.shrink()
    config.DENOISER.update(num_layers=2)


@pytest.fixture()
def run(tmp_path):
    return Run(str(tmp_path), "cpu")
