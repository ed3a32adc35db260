import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[1] / "README.md").read_text()
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)

# 16 by 16 pixels of one colour: the least that a first frame may have.
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000010000000100802000000909168360000001649444154789c633861a341"
    "126218d530aa61f86a00001e042c103303d29e0000000049454e44ae426082"
)


@pytest.mark.parametrize("example", EXAMPLES, ids=["generate", "rest"])
def test_example(example: str, server: str, tmp_path: Path) -> None:
    (tmp_path / "first.png").write_bytes(PICTURE)
    program = example.replace("http://127.0.0.1:4000", server)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=os.environ, capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout
