"""What a confined process may not do any more."""

import subprocess
import sys
import textwrap

import pytest

from app.media.sandbox.seccomp import can_confine

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere only the rest holds")

HEAD = """
import ctypes, fcntl, mmap, os, platform, signal, socket, subprocess, sys, threading, traceback
from app.media.sandbox.seccomp import confine
kept = open("/dev/null", "rb")
parent, (ours, theirs) = os.getppid(), socket.socketpair()
libc = ctypes.CDLL(None, use_errno=True)
def call(x86_64, aarch64, *arguments):
    "Make a system call by its number, in the way of whoever has taken over a decoder."
    number = x86_64 if platform.machine() == "x86_64" else aarch64
    if libc.syscall(number, *map(ctypes.c_long, arguments or (0, 0, 0))) == -1:
        raise OSError(ctypes.get_errno(), "refused")
# A limit that anybody may set, and the same at an address whose lower half is 0.
limit, ending_in_zeros = (ctypes.c_ulong * 2)(1000, 1000), 1 << 32
libc.mmap.argtypes = [ctypes.c_long] * 6
libc.mmap(ending_in_zeros, 4096, 3, 0x32, -1, 0)  # private, anonymous, at that very address
ctypes.memmove(ending_in_zeros, limit, 16)
assert confine() is True
"""

FORBIDDEN = {
    "read a file": "open('/etc/passwd')",
    "write a file": "open('/tmp/pwned', 'w')",
    "read a parent's environment": "open(f'/proc/{parent}/environ')",
    "list a folder": "os.listdir('/')",
    "remove a file": "os.unlink('/tmp/nothing')",
    "reach the network": "socket.socket(socket.AF_INET)",
    "reach the network by UDP": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "reach a local socket": "socket.socket(socket.AF_UNIX)",
    "start a program": "os.execv('/bin/true', ['true'])",
    "fork": "os.fork()",
    "start a child": "subprocess.run(['/bin/true'])",
    "learn whether a file exists": "os.stat('/etc/passwd')",
    "make a message queue": "call(68, 186)",
    "make semaphores": "call(64, 190)",
    "make a file in memory": "call(319, 279)",
    "kill its parent": "os.kill(parent, signal.SIGTERM)",
    "have the kernel signal another process": "fcntl.fcntl(ours, fcntl.F_SETOWN, parent)",
    "choose which signal the kernel sends": "fcntl.fcntl(ours, 10, signal.SIGKILL)",  # F_SETSIG
    "ask for signals": "fcntl.fcntl(ours, fcntl.F_SETFL, os.O_ASYNC)",
    "send its parent a descriptor": "ours.sendmsg([b'x'])",
    # Of neither does the limit of its data know.
    "share memory": "mmap.mmap(-1, 4096)",
    "have memory that grows down": "mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | 0x120)",
    "change its parent's limits": "import resource; resource.prlimit(parent, 7, (9, 9))",
    "read its parent's limits": "import resource; resource.prlimit(parent, 7)",
    "change its limits": "call(160, 164, 0, ctypes.addressof(limit))",
    "change its limits by prlimit": "call(302, 261, 0, 0, ctypes.addressof(limit), 0)",
    "change its limits by prlimit from an address that ends in zeros": (
        "call(302, 261, 0, 0, ending_in_zeros, 0)"
    ),
}


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", HEAD + textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("deed", FORBIDDEN)
def test_a_confined_process_cannot(deed: str) -> None:
    done = run(
        f"""
        try:
            {FORBIDDEN[deed]}
        except PermissionError:
            print("refused")
        """
    )
    assert done.stdout == "refused\n", done.stderr


def test_threads_that_were_there_before_are_confined_too() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            textwrap.dedent(
                """
                import socket, threading
                from app.media.sandbox.seccomp import confine
                confined, told = threading.Event(), []
                def deed():
                    confined.wait()
                    try:
                        socket.socket()
                    except PermissionError:
                        told.append("refused")
                thread = threading.Thread(target=deed)
                thread.start()
                confine()
                confined.set()
                thread.join()
                print(*told)
                """
            ),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "refused\n", done.stderr


def test_a_confined_process_can_still_work() -> None:
    done = run(
        """
        import resource
        kept.read(1)
        big = bytearray(50 << 20)
        mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS).write(b"x")
        ours.sendall(b"x")
        worker = threading.Thread(target=lambda: big.extend(b"x"))
        worker.start()
        worker.join()
        resource.getrlimit(resource.RLIMIT_CPU)
        try:
            1 / 0
        except ZeroDivisionError:
            traceback.print_exc()
        print(len(big))
        """
    )
    assert done.stdout == f"{(50 << 20) + 1}\n", done.stderr
    assert "ZeroDivisionError" in done.stderr


def test_confined_process_that_limits_itself_changes_its_own_limits_only() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            HEAD.replace("confine() is", "confine(limits_itself=True) is")
            + textwrap.dedent(
                """
                import resource
                resource.setrlimit(resource.RLIMIT_CPU, (1000, 1000))
                call(160, 164, 0, ctypes.addressof(limit))
                try:
                    resource.prlimit(parent, resource.RLIMIT_CPU, (1000, 1000))
                except PermissionError:
                    print(*resource.getrlimit(resource.RLIMIT_CPU))
                """
            ),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "1000 1000\n", done.stderr


def test_a_confined_process_can_abort() -> None:
    assert run("os.abort()").returncode == -6


def test_a_machine_tells_whether_it_can_confine() -> None:
    assert can_confine() is True


@pytest.mark.parametrize("file", ["environ", "mem"])
def test_process_that_keeps_to_itself_is_not_read_by_others_of_its_account(file: str) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            textwrap.dedent(
                f"""
                import ctypes, os
                from app.media.sandbox.seccomp import disable_ptrace
                if os.geteuid() == 0:  # who may read everything
                    os.setgroups([])
                    os.setgid(64911)
                    os.setuid(64911)
                    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE, as after exec
                disable_ptrace()
                parent, child = os.getpid(), os.fork()
                if child == 0:
                    try:
                        open(f"/proc/{{parent}}/{file}", "rb")
                    except PermissionError:
                        os._exit(0)
                    os._exit(1)
                print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
                """
            ),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "0\n", done.stderr
