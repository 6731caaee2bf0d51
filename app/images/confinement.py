"""Take from a process, for good, what opening pictures does not need.

It owns no account, dumps no core, writes no large file, and on Linux may not open a file, use the
network, start a program or touch another process: those system calls fail with "not permitted".
Everything here is an addition: where a platform lacks one, the rest still holds, and the parent's
limits on memory and time hold in any case.
"""

import ctypes
import os
import platform
import resource
import struct
import sys
from contextlib import suppress

# An account that owns nothing, in the range that systemd keeps for such (systemd.io/UIDS-GIDS).
_NOBODY_ELSE = 64_911
_LARGEST_FILE = 1 << 20  # only what it complains of is written, to its standard error


def confine() -> bool:
    """Give up privileges, files, network and processes; say whether the last three are gone too."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LARGEST_FILE, _LARGEST_FILE))
    if os.geteuid() == 0:
        with suppress(OSError):  # not every container may change accounts
            os.setgroups([])
            os.setgid(_NOBODY_ELSE)
            os.setuid(_NOBODY_ELSE)
    return sys.platform == "linux" and _forbid_system_calls()


# System calls by number on x86-64 and on arm64, from Linux's asm/unistd_64.h and
# asm-generic/unistd.h. 0 where arm64 never had one.
_MACHINES = ("x86_64", "aarch64")
_FORBIDDEN = {
    "open": (2, 0),
    "creat": (85, 0),
    "openat": (257, 56),
    "openat2": (437, 437),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "execve": (59, 221),
    "execveat": (322, 281),
    "fork": (57, 0),
    "vfork": (58, 0),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "accept": (43, 202),
    "accept4": (288, 242),
    "bind": (49, 200),
    "listen": (50, 201),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "kill": (62, 129),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "shmget": (29, 194),
    "unlink": (87, 0),
    "unlinkat": (263, 35),
    "rmdir": (84, 0),
    "rename": (82, 0),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "link": (86, 0),
    "linkat": (265, 37),
    "symlink": (88, 0),
    "symlinkat": (266, 36),
    "mkdir": (83, 0),
    "mkdirat": (258, 34),
    "mknod": (133, 0),
    "mknodat": (259, 33),
    "truncate": (76, 45),
    "chmod": (90, 0),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, 0),
    "lchown": (94, 0),
    "fchownat": (260, 54),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
}
# These are looked at more closely; and the number by which audit knows the machine.
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_CLONE = {"x86_64": 56, "aarch64": 220}
_TGKILL = {"x86_64": 234, "aarch64": 131}
_PRLIMIT64 = {"x86_64": 302, "aarch64": 261}
_AUDIT_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_CLONE3, _CLONE_THREAD = 435, 0x10000
_X32 = 0x40000000  # x86_64's second table of system calls

# Classic BPF, and seccomp's answers (linux/bpf_common.h, linux/seccomp.h).
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _NOT_PERMITTED, _NO_SUCH_CALL, _KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16

_Instruction = tuple[int, int, int, int]


def _program(machine: str) -> list[_Instruction]:
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
    ]
    for numbers in _FORBIDDEN.values():
        if numbers[column]:
            program += [(_IF_EQUAL, 0, 1, numbers[column]), (_RETURN, 0, 0, _NOT_PERMITTED)]
    for number, test in (
        (_CLONE[machine], (_IF_BITS, 0, 1, _CLONE_THREAD)),  # threads, no processes
        (_TGKILL[machine], (_IF_EQUAL, 0, 1, os.getpid())),  # abort() sends itself a signal
        (_PRLIMIT64[machine], (_IF_EQUAL, 0, 1, 0)),  # its own limits
    ):
        program += [
            (_IF_EQUAL, 0, 4, number),
            (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
            test,
            (_RETURN, 0, 0, _ALLOW),
            (_RETURN, 0, 0, _NOT_PERMITTED),
        ]
    return [*program, (_RETURN, 0, 0, _ALLOW)]


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


_SET_NO_NEW_PRIVILEGES = 38
_SET_FILTER, _FOR_ALL_THREADS = 1, 1


def _forbid_system_calls() -> bool:
    machine = platform.machine()
    if machine not in _MACHINES:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    packed = b"".join(struct.pack("HBBI", *instruction) for instruction in _program(machine))
    program = _Filter(length=len(packed) // 8, instructions=packed)
    if libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    answer = libc.syscall(_SECCOMP[machine], _SET_FILTER, _FOR_ALL_THREADS, ctypes.byref(program))
    return bool(answer == 0)
