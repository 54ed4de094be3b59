"""Functions under a time limit that is kept: they run in a worker process, which is ended when the time is over.

A worker is an interpreter of its own that is told on its standard input what to do, so that nothing of the caller runs in it
a second time: scripts need no `__main__` guard, notebooks and tests work alike. Workers are kept and used again, and one that
had to be ended is replaced at once, so that the next call does not wait for its imports.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from symseries.errors import OptionError, ResourceLimitError

_KEPT = 2  # idle workers
_STARTING = 120.0  # seconds that the imports of a worker may take
_GRACE = 5.0  # seconds after which a worker whose caller was lost ends itself
# What a worker unpickles is what this process has just written into its pipe, never a file.
_BOOT = (
    "import pickle, sys; path, modules = pickle.load(sys.stdin.buffer); sys.path[:] = path; "
    "from symseries.workers import serve; serve(modules)"
)


def run_limited(function: Callable[..., Any], *args: object, seconds: float, what: str = "") -> Any:
    """Return function(*args), computed in a worker process that is ended after some seconds.

    `function` stands at the top of a module that can be imported, and arguments and result can be pickled; `what` names the
    task in errors. The imports of a new worker, about a second, do not count. Raises what the function raises,
    `ResourceLimitError` where the time is over or the process ended (as where memory ends), `OptionError` for a limit that is
    no positive number and for what cannot be sent.

    >>> import math
    >>> run_limited(math.factorial, 5, seconds=10)
    120
    >>> import time
    >>> run_limited(time.sleep, 60, seconds=0.05, what="a nap")
    Traceback (most recent call last):
    ...
    symseries.errors.ResourceLimitError: a nap: not done within 0.05 s; allow more by seconds=, or ask for less
    """
    check_seconds(seconds)
    task = what or getattr(function, "__qualname__", repr(function))
    request = _packed((function, args, seconds), task)
    worker = _POOL.taken()
    try:
        worker.prepare(getattr(function, "__module__", None))
        done, answer = worker.ask(request, seconds, task)
    except BaseException:  # also Ctrl-C: a worker in the middle of something is of no use to anybody
        worker.end()
        _POOL.replace(worker.modules)
        raise
    _POOL.give_back(worker)
    if done:
        return answer
    raise answer


def check_seconds(seconds: object) -> None:
    """Raise `OptionError` for a limit that is no positive number of seconds."""
    if type(seconds) not in (int, float) or not 0 < seconds < threading.TIMEOUT_MAX:  # type: ignore[operator]
        raise OptionError(f"seconds={seconds!r}: expected a positive number of seconds, such as 5")


def _packed(request: object, task: str) -> bytes:
    try:
        return pickle.dumps(request)
    except Exception as error:
        raise OptionError(
            f"{task}: cannot be sent to a worker process ({type(error).__name__}); expected a function at the top of a module "
            "and arguments that can be pickled"
        ) from error


class _Worker:
    """A process that computes, and the thread that listens to it."""

    def __init__(self, modules: Iterable[str]) -> None:
        if not sys.executable:
            raise ResourceLimitError("time limits need a Python interpreter to start, and sys.executable names none")
        self.process = subprocess.Popen(  # noqa: S603 - this interpreter, with a text of ours
            [sys.executable, "-c", _BOOT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )
        self.answers: queue.SimpleQueue[tuple[bool, Any] | None] = queue.SimpleQueue()
        self.ready, self.modules = False, set(modules)
        self._write(pickle.dumps(([str(Path(path).absolute()) for path in sys.path], sorted(self.modules))))
        threading.Thread(target=self._listen, daemon=True).start()

    def _write(self, data: bytes) -> None:
        pipe: Any = self.process.stdin
        with contextlib.suppress(OSError):  # a process that has ended says so by its silence
            pipe.write(data)
            pipe.flush()

    def _listen(self) -> None:
        pipe: Any = self.process.stdout
        with pipe:
            while True:
                try:
                    self.answers.put(pickle.load(pipe))  # noqa: S301 - from our own process, through its own pipe
                except Exception:  # noqa: BLE001 - the end of the process, or an answer that cannot be restored
                    self.answers.put(None)
                    return

    def prepare(self, module: str | None) -> None:
        """Wait until the process has started and imported a module: that does not count as time of the task."""
        if not self.ready:
            self._answer(_STARTING, "the start of a worker process")
            self.ready = True
        if module not in {None, "__main__", *self.modules}:
            self.ask(pickle.dumps((_imported, (module,), _STARTING)), _STARTING, f"the import of {module}")
            self.modules.add(str(module))

    def ask(self, request: bytes, seconds: float, task: str) -> tuple[bool, Any]:
        """Return whether the function returned, and what it returned or raised."""
        self._write(request)
        return self._answer(seconds, task)

    def _answer(self, seconds: float, task: str) -> tuple[bool, Any]:
        try:
            answer = self.answers.get(timeout=seconds)
        except queue.Empty:
            raise ResourceLimitError(
                f"{task}: not done within {seconds:g} s; allow more by seconds=, or ask for less"
            ) from None
        if answer is None:
            self.process.kill()
            code = self.process.wait()
            raise ResourceLimitError(
                f"{task}: the worker process ended (code {code}), as where memory ends, or its answer could not be read; "
                "ask for less"
            )
        return answer

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self.process.kill()
        self.process.wait()
        pipe: Any = self.process.stdin
        with contextlib.suppress(OSError):
            pipe.close()


class _Pool:
    """Idle workers of this process; a process that was forked from it starts its own."""

    def __init__(self) -> None:
        self.lock, self.idle, self.owner, self.modules = threading.Lock(), list[_Worker](), os.getpid(), set[str]()

    def taken(self) -> _Worker:
        """Return an idle worker, or a new one."""
        with self.lock:
            if self.owner != os.getpid():
                self.idle, self.owner = [], os.getpid()
            while self.idle:
                worker = self.idle.pop()
                if worker.process.poll() is None:
                    return worker
                worker.end()
        return _Worker(self.modules)

    def give_back(self, worker: _Worker) -> None:
        """Keep a worker for the next call, or end it where enough wait already."""
        with self.lock:
            self.modules |= worker.modules
            if len(self.idle) < _KEPT:
                self.idle.append(worker)
                return
        worker.end()

    def replace(self, modules: set[str]) -> None:
        """Start a worker in place of one that was ended: its imports run while the caller goes on."""
        if not sys.is_finalizing() and not self.idle:
            self.give_back(_Worker(self.modules | modules))

    def close(self) -> None:
        """End all workers."""
        if self.owner == os.getpid():
            while self.idle:
                self.idle.pop().end()


_POOL = _Pool()
atexit.register(_POOL.close)


def serve(modules: Iterable[str]) -> None:
    """Import modules, then answer requests from standard input until it ends; what functions print goes nowhere."""
    requests: queue.SimpleQueue[tuple[Callable[..., Any], tuple[Any, ...], float]] = queue.SimpleQueue()
    source = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the caller, who decides
    for module in modules:
        with contextlib.suppress(ImportError):  # who needs it hears of it
            import_module(module)
    threading.Thread(target=_receive, args=(source, requests), daemon=True).start()
    _send(answers, (True, "ready"))
    while True:
        function, args, seconds = requests.get()
        with _own_limit(seconds + _GRACE):
            answer = _outcome(function, args)
        _send(answers, answer)


def _receive(source: BinaryIO, requests: queue.SimpleQueue[Any]) -> None:
    """Hand on requests; where the caller is gone there is nothing left to do."""
    while True:
        try:
            requests.put(pickle.load(source))  # noqa: S301 - from the process that started this one
        except EOFError:
            os._exit(0)
        except Exception as error:  # noqa: BLE001 - a module that this interpreter does not find
            requests.put((_raise, (OptionError(f"a worker process cannot read its task: {error}"),), _GRACE))


def _imported(module: str) -> None:
    import_module(module)


def _raise(error: Exception) -> None:
    raise error


@contextlib.contextmanager
def _own_limit(seconds: float) -> Any:
    """Have the system end this process after the limit, should its caller no longer be there to do it."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _outcome(function: Callable[..., Any], args: tuple[Any, ...]) -> tuple[bool, Any]:
    try:
        return True, function(*args)
    except Exception as error:  # noqa: BLE001 - raised again by the caller
        return False, error


def _send(answers: BinaryIO, answer: tuple[bool, Any]) -> None:
    try:
        data = pickle.dumps(answer)
        pickle.loads(data)  # noqa: S301 - an exception may be written and not be read back
    except Exception as error:  # noqa: BLE001 - pickling may raise anything
        data = pickle.dumps(
            (False, OptionError(f"{str(answer[1])[:200]} ({type(answer[1]).__name__}; {type(error).__name__})"))
        )
    answers.write(data)
    answers.flush()
