"""Starts a program as the services' units do: without a way to more rights, within their system calls.

    python -m tests.deploy.confined SETS FAMILIES [--no-new-code] PROGRAM ARGUMENTS

SETS are the units' lines of `SystemCallFilter`, by semicolons, with the meaning of this machine's systemd;
FAMILIES those of `RestrictAddressFamilies`; `--no-new-code` forbids memory that is both written and run, as
`MemoryDenyWriteExecute` does. libseccomp puts them into the kernel, as systemd would. What systemd does by
mounting (`ProtectSystem` and the like) is not done here.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import subprocess
import sys
from functools import cache

_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_REFUSE, _NO_FAMILY = _ERROR | errno.EPERM, _ERROR | errno.EAFNOSUPPORT
_LAST_FAMILY = 63
_WRITE, _EXECUTE = 0x2, 0x4
_NEW_CODE = {
    "mmap": _WRITE | _EXECUTE,
    "mprotect": _EXECUTE,
    "pkey_mprotect": _EXECUTE,
}
"""Calls that make memory to be run out of written one, by the bits of their third argument."""
_EQUAL, _MASKED_EQUAL = 4, 7


class _Comparison(ctypes.Structure):
    """libseccomp's `scmp_arg_cmp`: which argument, how it is compared, and with what."""

    _fields_ = (
        ("argument", ctypes.c_uint),
        ("operator", ctypes.c_int),
        ("value", ctypes.c_uint64),
        ("masked_value", ctypes.c_uint64),
    )


@cache
def calls_of(name: str) -> frozenset[str]:
    """The system calls of a set of systemd, those of its inner sets included."""
    command = ["systemd-analyze", "syscall-filter", name]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lines = [line.strip() for line in told.splitlines()[1:]]
    inner = [calls_of(line) for line in lines if line.startswith("@")]
    return frozenset(line for line in lines if line[:1].isalpha()).union(*inner)


def allowed(filters: list[str]) -> frozenset[str]:
    """The calls that lines of SystemCallFilter leave: the first names sets, `~` takes sets away."""
    found: frozenset[str] = frozenset()
    for line in filters:
        named = frozenset().union(*map(calls_of, line.removeprefix("~").split()))
        found = found - named if line.startswith("~") else found | named
    return found


def confine(sets: list[str], families: list[str], *, is_no_new_code: bool) -> None:
    """Take these rights from this process and all that it starts."""
    seccomp = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    seccomp.seccomp_init.restype = ctypes.c_void_p

    def number_of(call: str) -> int:
        return int(seccomp.seccomp_syscall_resolve_name(call.encode()))

    context = ctypes.c_void_p(seccomp.seccomp_init(_ALLOW))
    known = {int(getattr(socket, name)) for name in families}
    rules = [
        ("socket", _NO_FAMILY, _Comparison(0, _EQUAL, family, 0))
        for family in range(_LAST_FAMILY)
        if family not in known
    ]
    for call, bits in _NEW_CODE.items() if is_no_new_code else ():
        rules.append((call, _REFUSE, _Comparison(2, _MASKED_EQUAL, bits, bits)))
    for call, action, when in rules:
        made = seccomp.seccomp_rule_add_array(
            context, action, number_of(call), 1, ctypes.byref(when)
        )
        assert made == 0, call
    assert seccomp.seccomp_load(context) == 0  # sets no_new_privs too

    context = ctypes.c_void_p(seccomp.seccomp_init(_REFUSE))
    for call in allowed(sets):
        if number_of(call) >= 0:  # those of other processors are negative
            assert seccomp.seccomp_rule_add(context, _ALLOW, number_of(call), 0) == 0, call
    assert seccomp.seccomp_load(context) == 0


def main() -> None:
    """Confine this process and become the program."""
    sets, families, *command = sys.argv[1:]
    is_no_new_code = command[0] == "--no-new-code"
    confine(sets.split(";"), families.split(), is_no_new_code=is_no_new_code)
    command = command[is_no_new_code:]
    os.execv(command[0], command)  # noqa: S606 - as systemd does


if __name__ == "__main__":
    main()
