"""What the human works on: the files under `/materials`, which nobody here can change, and what of them can be read."""

from __future__ import annotations

import os
from collections.abc import Iterator

from figures import counted, plain
from mind import Mind

FILES_MAX = 2000
READ_BYTES_MAX = 64 * 1024
# Of all files together: a wake has bought a fraction of a CPU second.
READ_ALL_BYTES_MAX = 8 * READ_BYTES_MAX
EXCERPT_BYTES = 2000


def files(mind: Mind) -> Iterator[str]:
    """Paths of regular files, those of wishes left out, in order."""
    told = mind.me.handshake.get("materials")
    if not told:
        return
    count = 0
    for place, folders, names in os.walk(told["path"]):
        folders[:] = sorted(name for name in folders if os.path.join(place, name) != f"{told['path']}/requests")
        for name in sorted(names):
            path = os.path.join(place, name)
            if os.path.isfile(path) and not os.path.islink(path):
                yield path
                count += 1
                if count >= FILES_MAX:
                    return


def text(path: str, bytes_max: int = READ_BYTES_MAX) -> str:
    """The beginning of a text; nothing of what is none, or can't be read."""
    try:
        with open(path, "rb") as file:
            read = file.read(bytes_max)
    except OSError:
        return ""
    return "" if b"\0" in read else read.decode(errors="replace")


def texts(paths: list[str]) -> Iterator[tuple[str, str]]:
    """The beginnings of the first of them, until a wake has read enough."""
    count = 0
    for path in paths:
        if count >= READ_ALL_BYTES_MAX:
            return
        found = text(path)
        count += len(found)
        yield path, found


def looked_through(read: int, paths: list[str]) -> str:
    """How much of them was read: `8 of 60 files`."""
    return f"{read:,} of {counted(len(paths), 'file')}" if read < len(paths) else counted(read, "file")


def shown(path: str) -> str:
    return plain(path, 120).replace("`", "'")


def digest(mind: Mind, bytes_max: int) -> dict[str, str]:
    """Beginnings of files for a model: first those that came with wishes, then the rest, as far as there is room."""
    wished = [path for wish in mind.me.requests for path in wish["files"]]
    found: dict[str, str] = {}
    for path in [*wished, *files(mind)]:
        excerpt = text(path, EXCERPT_BYTES)
        bytes_max -= len(excerpt.encode()) + len(path.encode())
        if bytes_max < 0:
            break
        if excerpt:
            found[shown(path)] = excerpt
    return found
