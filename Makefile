# The two commands: `make demo` (a lab of real hosts, rolled out) and `make test` (everything). Both do all set-up.
SHELL := /bin/sh
READY := .venv/.wod-ready

.PHONY: demo test lint bench lock clean

demo: ## Start the lab, roll the platform out on it, print an address and credentials
	@scripts/demo

test: lint ## Lint, then all test tiers; real hosts included where the machine can run them
	@scripts/as-root .venv/bin/python -m compileall -q wod deploys tests # pyinfra keeps none: each of its starts would compile
	@unset PYTHONDONTWRITEBYTECODE; code=0; \
	scripts/as-root .venv/bin/pytest -n auto --dist loadfile tests/unit tests/modules || code=1; \
	scripts/as-root .venv/bin/pytest --durations=25 --durations-min=5 tests/lab || code=1; \
	exit $$code

lint: $(READY) ## Formatting, ruff, types; changes nothing
	@.venv/bin/ruff format --check --quiet . || { echo "make lint: formatting; mend it with .venv/bin/ruff format ." >&2; exit 1; }
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy --no-error-summary

bench: $(READY) ## Measure on the lab, beside Ansible; takes about an hour and a half
	@scripts/as-root .venv/bin/python -m benchmarks.students
	@scripts/as-root .venv/bin/python -m benchmarks.handout
	@scripts/as-root .venv/bin/python -m benchmarks.registrations
	@scripts/as-root .venv/bin/python -m benchmarks.readers
	@scripts/as-root .venv/bin/python -m benchmarks.scale

lock: $(READY) ## Pin anew what a backend's JupyterHub is made of
	@scripts/lock

clean: ## Take the lab down; remove what was built here (private/ and the cached lab images stay)
	@if [ -x .venv/bin/wod ]; then scripts/as-root .venv/bin/wod lab down; fi
	@rm -rf .venv build dist artifacts *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(READY): pyproject.toml scripts/prepare
	@scripts/prepare
