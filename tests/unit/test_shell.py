"""Whatever a value holds, it arrives on a host as it is, or is refused here."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.commands import run, stdin_of, words
from wod import shell
from wod.secrets import Secret

VALUES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\n")).filter(
    lambda text: not text.startswith("-")
)


@given(VALUES)
def test_a_value_is_one_word_for_call(value: str) -> None:
    assert words(shell.call("printf", "%s", args=(value,))) == ["printf", "%s", value]


@given(VALUES, VALUES)
def test_values_are_the_words_of_a_script(one: str, two: str) -> None:
    assert words(shell.script("true", one, two))[-2:] == [one, two]


@pytest.mark.parametrize("value", ["'", '"', "$(id)", "`id`", "a;b", "a b", "*", "\\", "", "é→", "'\"$;&|<>\\", "\t"])
def test_values_survive_a_real_shell(value: str) -> None:
    assert run(shell.call("printf", "[%s]", args=(value,))).stdout == f"[{value}]"
    assert run(shell.script("printf '[%s]' \"$1\"", value)).stdout == f"[{value}]"
    assert run(shell.python("import sys; sys.stdout.write(sys.argv[1])", value)).stdout == value


@pytest.mark.parametrize("value", ["-rf", "--force", "a\nb", "a\0b", Secret("TOKEN", "hunter2")])
def test_values_that_no_argument_may_hold_are_refused(value: str) -> None:
    for build in (lambda: shell.call("rm", args=(value,)), lambda: shell.script("true", value)):
        with pytest.raises(shell.UnsafeArgument) as refused:
            build()
        assert "hunter2" not in str(refused.value)
    with pytest.raises(shell.UnsafeArgument):
        shell.python("pass", value)


def test_options_are_ours_but_never_a_secret() -> None:
    assert words(shell.call("ufw", "--force", "enable")) == ["ufw", "--force", "enable"]
    with pytest.raises(shell.UnsafeArgument):
        shell.call("curl", Secret("TOKEN", "hunter2"))


def test_a_secret_goes_by_stdin_and_is_never_shown() -> None:
    command = shell.script("cat", stdin=Secret("TOKEN", "hunter2"))
    assert stdin_of(command) == "hunter2\n"
    assert run(command).stdout == "hunter2\n"
    for shown in (str(command), repr(command), command.get_raw_value(), command.get_masked_value()):
        assert "hunter2" not in shown


def test_without_stdin_there_is_none() -> None:
    assert shell.script("true").connector_arguments == {}


def test_a_script_stops_at_its_first_error_and_at_unset_names() -> None:
    assert run(shell.script("false; echo on")).stdout == ""
    assert run(shell.script("echo $nothing; echo on")).stdout == ""


def test_a_program_does_not_see_the_environment_of_its_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONINSPECT", "1")
    assert run(shell.python("import sys; print(sys.flags.isolated, sys.flags.inspect)")).stdout == "1 0\n"


@pytest.mark.parametrize("message", ["plain", 'it\'s "quoted" $HOME `id` %s \\n', "two\nlines"])
def test_refuse_fails_with_its_sentence(message: str) -> None:
    done = run(shell.refuse(message))
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{message}\n")
