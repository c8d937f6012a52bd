"""A lock on an open file that the system takes off by itself when the process ends, however it ends."""

from __future__ import annotations

import os
import sys

_FAR = 1 << 40
"""On Windows a locked byte cannot be read by others, so one is locked that no track will ever reach."""


def lock(fd: int) -> bool:
    """Lock an open file for this descriptor; ``False`` if somebody else has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            here = os.lseek(fd, 0, os.SEEK_CUR)
            os.lseek(fd, _FAR, os.SEEK_SET)
            try:
                msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
            finally:
                os.lseek(fd, here, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
