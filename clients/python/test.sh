#!/usr/bin/env bash
# The Python client against a real server: a virtual environment of its own, the generated code compared with the schema, the tests.
# Needs Python 3.10 or newer and PyPI. `npm run build` comes first.
set -euo pipefail
cd "$(dirname "$0")"
python3 -m venv .venv
.venv/bin/pip install --quiet --disable-pip-version-check -e '.[dev]'
.venv/bin/ariadne-codegen > /dev/null
if [ -n "$(git status --porcelain reelql/generated)" ]; then
  echo 'clients/python/reelql/generated is not what the schema says. Commit what ariadne-codegen has written.' >&2
  exit 1
fi
.venv/bin/pytest --quiet
