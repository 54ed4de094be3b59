"""Progress is shown to people, and to nobody else."""

from __future__ import annotations

import io

import pytest

from symseries import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every look at the clock cost three seconds."""
    times = iter(range(0, 300, 3))
    monkeypatch.setattr(progress.time, "monotonic", lambda: float(next(times)))


def test_a_terminal_sees_what_is_done_and_what_is_left(clock: None) -> None:
    out = Terminal()
    assert list(progress.track("abcd", 4, "training", out)) == list("abcd")
    assert out.getvalue().split("\r")[1:4] == [
        "training: 0 of 4 done",
        "training: 1 of 4 done, about 18 s left",
        "training: 2 of 4 done, about 9 s left ",
    ]
    assert out.getvalue().endswith("\r")


def test_a_file_sees_nothing(clock: None) -> None:
    out = io.StringIO()
    assert list(progress.track("abcd", 4, "training", out)) == list("abcd")
    assert out.getvalue() == ""


def test_short_work_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    out = Terminal()
    monkeypatch.setattr(progress.time, "monotonic", lambda: 0.0)
    list(progress.track("abcd", 4, "training", out))
    assert out.getvalue() == ""


def test_an_interrupt_wipes_the_line(clock: None) -> None:
    out = Terminal()

    def work() -> None:
        for item in progress.track("abcd", 4, "training", out):
            if item == "c":
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    assert out.getvalue().endswith(" \r")
