#!/usr/bin/env bash
# The Python client against a real server: a virtual environment of its own, the generated code compared with the schema, the tests.
# Needs Python 3.10 or newer and, the first time, PyPI. `npm run build` comes first. What it is given goes to pytest.
set -euo pipefail
cd "$(dirname "$0")"
# Installing takes longer than all the tests: once is enough for one pyproject.toml and one Python.
installed=".venv/installed-$(cat pyproject.toml <(python3 --version) | cksum | cut -d ' ' -f 1)"
if [ ! -e "$installed" ]; then
  python3 -m venv --clear .venv
  .venv/bin/pip install --quiet --disable-pip-version-check -e '.[dev]'
  touch "$installed"
fi
.venv/bin/ariadne-codegen > /dev/null
if [ -n "$(git status --porcelain reelql/generated)" ]; then
  echo 'clients/python/reelql/generated is not what the schema says. Commit what ariadne-codegen has written.' >&2
  exit 1
fi
.venv/bin/pytest --quiet "$@"
