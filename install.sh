#!/bin/sh
# As the original's install.sh: install this machine as a part of a platform, by the same flags (-h explains them).
# Makes wod ready in .venv first, which takes python3, its venv module and git; then it is `wod install`.
set -eu
cd "$(dirname "$0")"

missing=""
python3 -c 'import venv, ensurepip' 2>/dev/null || missing="python3 python3-venv"
command -v git >/dev/null 2>&1 || missing="$missing git"
if [ -n "$missing" ]; then
    if command -v apt-get >/dev/null 2>&1; then
        # shellcheck disable=SC2086 # several packages
        scripts/as-root env DEBIAN_FRONTEND=noninteractive sh -c "apt-get -qq update && apt-get -qq -y install $missing >/dev/null"
    else
        scripts/as-root dnf -q -y install python3.12 git
    fi
fi
if [ ! -e .venv/.wod-ready ] && [ ! -e .venv/.wod-installed ]; then
    echo "making wod ready in .venv"
    python=python3
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || python=python3.12
    [ -x .venv/bin/python ] || "$python" -m venv .venv
    .venv/bin/pip install --quiet --disable-pip-version-check --editable .
    touch .venv/.wod-installed
fi
exec .venv/bin/wod install "$@"
