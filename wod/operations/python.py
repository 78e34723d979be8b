"""Which Python of a host an environment is made with."""

FIND = """
works() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' </dev/null 2>/dev/null; }
for python in python3 python3.13 python3.12 python3.11 python3.10 ''; do works "$python" && break; done
[ -n "$python" ] || { echo "Python 3.10 or newer with its venv module is needed; install one" >&2; exit 1; }
"""
"""Shell: leaves the program in ``$python``, or ends the script with a sentence."""
