"""gzip and zip, unpacked in memory piece by piece: nothing is written to disk, and no bomb goes off.

What a packed file says about itself is not believed: sizes are counted while it is unpacked.
"""

import gzip
import io
import re
import stat
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from regions.formats import Format
from tasks.faults import DeliveryFault, Told
from tasks.reading.kinds import what_it_is
from tasks.reading.rows import unreadable

MAX_RATIO = 200
"""So many times its packed size a file may be; delimited text and Excel's XML pack 5 to 50 times. Own limit."""
RATIO_FROM = 16 * 2**20
"""Bytes below which no ratio is looked at: a small file may be very regular."""
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, struct.error, OverflowError)
"""What Python's own unpacking raises for files that are cut off, damaged or of a kind that it doesn't know."""
_CHUNK = 2**20
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Unpacked piece by piece; bzip2 and lzma are not."""
_DRIVE = re.compile("[A-Za-z]:")


def unpacked(written: Format, content: bytes) -> bytes:
    """The file that a delivery holds.

    Raises DeliveryFault where it isn't packed as its source says, isn't safe to open, or is too large.
    """
    if written.packed == "gzip":
        content = _gunzipped(written, content)
    elif written.packed == "zip":
        content = _unzipped(written, content)
    if len(content) > written.max_mib * 2**20:
        raise too_large(written)
    return content


def pieces(stream: IO[bytes] | gzip.GzipFile, packed_size: int, written: Format) -> Iterator[bytes]:
    """A stream that is unpacked while it is read; DeliveryFault where it grows beyond the limits."""
    size = 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if size > written.max_mib * 2**20:
            raise too_large(written)
        if size > RATIO_FROM and size > MAX_RATIO * packed_size:
            raise unsafe(
                f"den blir mer än {MAX_RATIO} gånger större när den packas upp",
                f"it grows more than {MAX_RATIO} times when unpacked",
            )
        yield chunk


@contextmanager
def opened(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[IO[bytes]]:
    """A file of an archive, to its real end: the size that the archive states may be false."""
    info.file_size = sys.maxsize
    with archive.open(info) as stream:
        yield stream


def unsafe(sv: str, en: str) -> DeliveryFault:
    """The fault of a packed file that is not opened."""
    return DeliveryFault("archive_safe", found=Told(sv, en))


def too_large(written: Format) -> DeliveryFault:
    """The fault of a file that is larger than its source allows."""
    return DeliveryFault("size_within_limit", limit=str(written.max_mib))


def _joined(parts: Iterator[bytes]) -> bytes:
    kept = io.BytesIO()
    kept.writelines(parts)
    return kept.getvalue()


def _gunzipped(written: Format, content: bytes) -> bytes:
    expected = Told("gzip", "gzip")
    if not content.startswith(b"\x1f\x8b"):
        raise _is_another(expected, content)
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            return _joined(pieces(stream, len(content), written))
    except DAMAGED:
        raise unreadable(expected, "den är avbruten eller skadad", "it is cut off or damaged") from None


def _unzipped(written: Format, content: bytes) -> bytes:
    expected = Told("en zip-fil", "a zip file")
    if not content.startswith(b"PK"):
        raise _is_another(expected, content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            member = _member(written, archive)
            with opened(archive, member) as stream:
                return _joined(pieces(stream, member.compress_size, written))
    except DAMAGED:
        raise unreadable(expected, "den är avbruten eller skadad", "it is cut off or damaged") from None


def _member(written: Format, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The one file that is meant; the names in an archive are never told, they may hold anything."""
    for info in archive.infolist():
        _check(info)
    files = [info for info in archive.infolist() if not info.is_dir()]
    if written.member is not None:
        files = [info for info in files if info.filename.rpartition("/")[2] == written.member]
        expected = Told(f"en zip-fil med filen {written.member}", f"a zip file that holds the file {written.member}")
    else:
        expected = Told("en zip-fil med en enda fil", "a zip file that holds one file alone")
    if len(files) != 1:
        raise unreadable(expected, f"den har {len(files)} sådana filer", f"it holds {len(files)} such files")
    if files[0].compress_type not in METHODS:
        raise unreadable(expected, "den är packad på ett ovanligt sätt", "it is packed by an uncommon method")
    return files[0]


def _check(info: zipfile.ZipInfo) -> None:
    name = info.orig_filename.replace("\\", "/")
    if "\0" in name or name.startswith("/") or _DRIVE.match(name) or ".." in name.split("/"):
        raise unsafe("en fil i den har en sökväg som leder ut ur den", "a file in it has a path that leads out of it")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise unsafe("den innehåller en länk i stället för en fil", "it holds a link instead of a file")
    if info.flag_bits & 1:
        raise unsafe("den är krypterad med lösenord", "it is encrypted with a password")


def _is_another(expected: Told, content: bytes) -> DeliveryFault:
    found = what_it_is(content)
    return unreadable(expected, f"filen är {found.sv}", f"the file is {found.en}")
