"""Count the machine instructions that a piece of work takes, exactly: a traced child process goes step by step.

Linux hands every process the means (ptrace), without rights, tools or counters of the processor. What the
kernel of the system does is not counted. A step takes some tens of microseconds, so the work must be small.
"""

import ctypes
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

TRACE_ME, GO_ON, STEP = 0, 7, 9  # <sys/ptrace.h>


class Unavailable(Exception):
    """This system does not let a process be traced."""


def _ptrace() -> Callable[..., int]:
    call = getattr(ctypes.CDLL(None, use_errno=True), "ptrace", None)
    if call is None or not hasattr(os, "sched_setaffinity"):
        raise Unavailable("this is not Linux")
    call.argtypes, call.restype = [ctypes.c_long] * 4, ctypes.c_long
    return call  # type: ignore[no-any-return]  # ctypes knows no signatures


class counted:  # a context manager without a generator, since what it does is counted too
    """Count what happens inside the block: to be used in the child."""

    def __enter__(self) -> None:
        os.kill(os.getpid(), signal.SIGSTOP)

    def __exit__(self, *error: object) -> None:
        os.kill(os.getpid(), signal.SIGSTOP)


def counts(work: Callable[[], None]) -> list[int]:
    """Run *work* in a child process; return the instructions of each of its `counted` blocks, in order.

    Raises:
        Unavailable: processes cannot be traced here.
        RuntimeError: the child failed.
    """
    ptrace = _ptrace()
    with on_one_processor():
        child = os.fork()
        if child:
            return list(_followed(child, ptrace))
        if ptrace(TRACE_ME, 0, 0, 0):
            os._exit(3)
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)


@contextmanager
def on_one_processor() -> Iterator[None]:
    """Keep this process and the children made meanwhile on one processor: each step wakes the other one."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(allowed)[os.getpid() % len(allowed)]})  # not all on the first
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def _followed(child: int, ptrace: Callable[..., int]) -> Iterator[int]:
    while os.WIFSTOPPED(status := os.waitpid(child, 0)[1]):
        if os.WSTOPSIG(status) != signal.SIGSTOP:
            ptrace(GO_ON, child, 0, os.WSTOPSIG(status))
            continue
        steps = 0
        while True:
            if ptrace(STEP, child, 0, 0):
                raise Unavailable(f"no single steps: {os.strerror(ctypes.get_errno())}")
            steps += 1
            if os.WSTOPSIG(os.waitpid(child, 0)[1]) == signal.SIGSTOP:
                break
        yield steps
        ptrace(GO_ON, child, 0, 0)
    if os.waitstatus_to_exitcode(status) == 3:
        raise Unavailable("the system refuses that a process is traced")
    if status:
        raise RuntimeError("the process whose instructions are counted has failed")
