"""Drop system calls that decoding does not need, for the rest of a process's life.

The process has an account that owns nothing, dumps no core and writes no large file. On Linux it
may make only the system calls that decoding needs: it cannot open a file, use the network, start a
program, touch another process or change its own limits. All other calls fail with "not permitted".
Each measure is independent: where a platform lacks one, the others still apply, as do the limits of
memory and time that are set from outside (child_limits.py).
"""

import ctypes
import os
import platform
import resource
import struct
import subprocess
import sys
from contextlib import suppress

# An account that owns nothing, in the range that systemd keeps for such (systemd.io/UIDS-GIDS).
_NOBODY_ELSE = 64_911
_LARGEST_FILE = 1 << 20  # only what it complains of is written, to its standard error


def confine(*, limits_itself: bool = False) -> bool:
    """Give up privileges, files, network and processes; say whether the last three are gone too.

    limits_itself leaves it the right to change its own limits, where nobody else can.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LARGEST_FILE, _LARGEST_FILE))
    give_up_account()
    return sys.platform == "linux" and _forbid_system_calls(limits_itself=limits_itself)


def give_up_account() -> None:
    """Become an account that owns nothing, if this process is root's."""
    if os.geteuid() == 0:
        with suppress(OSError):  # not every container may change accounts
            os.setgroups([])
            os.setgid(_NOBODY_ELSE)
            os.setuid(_NOBODY_ELSE)


def disable_ptrace() -> None:
    """Let no other process of this account read this one's memory and environment.

    For the process that has credentials: where decoders cannot be confined, they could read them
    from /proc. (prctl(2): such a process's files in /proc are root's, and nobody traces it.)
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)


def can_confine() -> bool:
    """Say whether this machine lets a process be confined, by trying it on another one."""
    tried = subprocess.run([sys.executable, "-I", __file__], check=False)  # noqa: S603 - ourselves
    return tried.returncode == 0


# [Note: System calls that decoding needs]
# Everything that is not listed is refused. The list was made by running every kind of picture
# through a child under `strace -f`, and read by hand: docs/decisions/0048-decoder-processes.md. The
# second group was not seen, and is what the same functions of glibc call on other kernels and
# machines. By number on x86-64 and on arm64, from Linux's asm/unistd_64.h and asm-generic/unistd.h;
# None where arm64 never had one.
_MACHINES = ("x86_64", "aarch64")
_ALLOWED: dict[str, tuple[int, int | None]] = {
    "alarm": (37, None),
    "brk": (12, 214),
    "clock_gettime": (228, 113),
    "close": (3, 57),
    "exit": (60, 93),
    "exit_group": (231, 94),
    "futex": (202, 98),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "madvise": (28, 233),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "poll": (7, None),
    "recvmsg": (47, 212),
    "rseq": (334, 293),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sched_getaffinity": (204, 123),
    "sendto": (44, 206),
    "set_robust_list": (273, 99),
    "write": (1, 64),
    # Not seen.
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "fstat": (5, 80),  # of an open descriptor; by a path is another call
    "getcpu": (309, 168),
    "getrandom": (318, 278),
    "getrlimit": (97, 163),
    "getrusage": (98, 165),
    "gettimeofday": (96, 169),
    "lseek": (8, 62),
    "mremap": (25, 216),
    "nanosleep": (35, 101),
    "ppoll": (271, 73),
    "pread64": (17, 67),
    "read": (0, 63),
    "readv": (19, 65),
    "recvfrom": (45, 207),
    "restart_syscall": (219, 128),
    "sched_yield": (24, 124),
    "setitimer": (38, 103),
    "sigaltstack": (131, 132),
    "sysinfo": (99, 179),
    "time": (201, None),
    "writev": (20, 66),
}
# These are looked at more closely; and the number by which audit knows the machine.
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_MMAP = {"x86_64": 9, "aarch64": 222}
_CLONE = {"x86_64": 56, "aarch64": 220}
_PRCTL = {"x86_64": 157, "aarch64": 167}
_TGKILL = {"x86_64": 234, "aarch64": 131}
_SETRLIMIT = {"x86_64": 160, "aarch64": 164}
_PRLIMIT64 = {"x86_64": 302, "aarch64": 261}
_FCNTL = {"x86_64": 72, "aarch64": 25}
_AUDIT_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_CLONE3, _CLONE_THREAD = 435, 0x10000
_SET_NAME = 15  # of a thread, by prctl
# Of mmap, what RLIMIT_DATA does not count: memory that is shared, and memory that grows down
# (linux/mman.h; is_data_mapping in Linux's mm/vma.h). Decoders ask for neither.
_SHARED, _GROWS_DOWN = 0x01, 0x100
# Of fcntl, what copies a descriptor and asks about it (linux/fcntl.h). F_SETOWN and F_SETSIG would
# have the kernel send any signal to any process of the same account: the worker, or the child that
# has another person's picture.
_DUPLICATE, _GET_DESCRIPTOR_FLAGS, _GET_FILE_FLAGS, _DUPLICATE_CLOSED_ON_EXEC = 0, 1, 3, 1030
_X32 = 0x40000000  # x86_64's second table of system calls

# Classic BPF, and seccomp's answers (linux/bpf_common.h, linux/seccomp.h).
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _NOT_PERMITTED, _NO_SUCH_CALL, _KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT, _SECOND_ARGUMENT_AT = 0, 4, 16, 24
_THIRD_ARGUMENT_AT = 32  # its lower half, and the upper one 4 bytes on
_FOURTH_ARGUMENT_AT = 40

_Instruction = tuple[int, int, int, int]


def _program(machine: str, *, limits_itself: bool) -> list[_Instruction]:
    """Write the filter: what to answer to each system call."""
    column = _MACHINES.index(machine)
    program: list[_Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_IF_EQUAL, 1, 0, _AUDIT_ARCHITECTURE[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_IF_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _NOT_PERMITTED),
        # glibc asks again by clone, whose flags can be seen.
        (_IF_EQUAL, 0, 1, _CLONE3),
        (_RETURN, 0, 0, _NO_SUCH_CALL),
        (_IF_EQUAL, 0, 4, _MMAP[machine]),
        (_LOAD, 0, 0, _FOURTH_ARGUMENT_AT),
        (_IF_BITS, 1, 0, _SHARED | _GROWS_DOWN),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _NOT_PERMITTED),
    ]
    for numbers in _ALLOWED.values():
        number = numbers[column]
        if number is not None:
            program += [(_IF_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    commands = (_DUPLICATE, _GET_DESCRIPTOR_FLAGS, _GET_FILE_FLAGS, _DUPLICATE_CLOSED_ON_EXEC)
    for number, argument_at, test, values in (
        (_CLONE[machine], _FIRST_ARGUMENT_AT, _IF_BITS, (_CLONE_THREAD,)),  # threads, no processes
        (_PRCTL[machine], _FIRST_ARGUMENT_AT, _IF_EQUAL, (_SET_NAME,)),
        # abort() sends itself a signal
        (_TGKILL[machine], _FIRST_ARGUMENT_AT, _IF_EQUAL, (os.getpid(),)),
        (_FCNTL[machine], _SECOND_ARGUMENT_AT, _IF_EQUAL, commands),
    ):
        tests = [
            line for value in values for line in ((test, 0, 1, value), (_RETURN, 0, 0, _ALLOW))
        ]
        program += [
            (_IF_EQUAL, 0, len(tests) + 2, number),
            (_LOAD, 0, 0, argument_at),
            *tests,
            (_RETURN, 0, 0, _NOT_PERMITTED),
        ]
    return [
        *program,
        *_limits(machine, limits_itself=limits_itself),
        (_RETURN, 0, 0, _NOT_PERMITTED),
    ]


def _limits(machine: str, *, limits_itself: bool) -> list[_Instruction]:
    """Let it read its own limits, by prlimit64 without new ones; or change them as well."""
    if limits_itself:
        return [
            (_IF_EQUAL, 0, 1, _SETRLIMIT[machine]),
            (_RETURN, 0, 0, _ALLOW),
            (_IF_EQUAL, 0, 3, _PRLIMIT64[machine]),
            (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
            (_IF_EQUAL, 0, 1, 0),
            (_RETURN, 0, 0, _ALLOW),
        ]
    return [
        (_IF_EQUAL, 0, 7, _PRLIMIT64[machine]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
        (_IF_EQUAL, 0, 5, 0),
        (_LOAD, 0, 0, _THIRD_ARGUMENT_AT),
        (_IF_EQUAL, 0, 3, 0),
        (_LOAD, 0, 0, _THIRD_ARGUMENT_AT + 4),
        (_IF_EQUAL, 0, 1, 0),
        (_RETURN, 0, 0, _ALLOW),
    ]


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


_SET_DUMPABLE, _SET_NO_NEW_PRIVILEGES = 4, 38
_SET_FILTER, _FOR_ALL_THREADS = 1, 1


def _forbid_system_calls(*, limits_itself: bool) -> bool:
    machine = platform.machine()
    if machine not in _MACHINES:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    instructions = _program(machine, limits_itself=limits_itself)
    packed = b"".join(struct.pack("HBBI", *instruction) for instruction in instructions)
    program = _Filter(length=len(packed) // 8, instructions=packed)
    if libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    answer = libc.syscall(_SECCOMP[machine], _SET_FILTER, _FOR_ALL_THREADS, ctypes.byref(program))
    return bool(answer == 0)


if __name__ == "__main__":
    sys.exit(0 if confine() else 1)
