"""What a file is, by its first bytes: said where it is not what its source says."""

import io
import zipfile

from tasks.faults import Told

EXCEL = Told("en Excelarbetsbok", "an Excel workbook")
_ZIP = b"PK\x03\x04"
_OTHER_THAN_TEXT: tuple[tuple[bytes, str, str], ...] = (
    (b"\x1f\x8b", "en gzip-fil", "a gzip file"),
    (b"%PDF-", "en PDF", "a PDF"),
    (b"PAR1", "en Parquetfil", "a Parquet file"),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "en äldre Officefil (xls) eller en arbetsbok med lösenord",
        "an older Office file (xls) or a workbook with a password",
    ),
    (b"7z\xbc\xaf\x27\x1c", "en 7-zip-fil", "a 7-zip file"),
    (b"Rar!\x1a\x07", "en RAR-fil", "a RAR file"),
    (b"BZh9", "en bzip2-fil", "a bzip2 file"),
    (b"\xfd7zXZ\x00", "en xz-fil", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "en Zstandardfil", "a Zstandard file"),
    (b"SQLite format 3\x00", "en SQLite-databas", "an SQLite database"),
    (b"\x89PNG\r\n", "en bild", "an image"),
    (b"\xff\xd8\xff", "en bild", "an image"),
    (b"{\\rtf", "en RTF-fil", "an RTF file"),
    (b"age-encryption.org/", "en krypterad fil (age)", "an encrypted file (age)"),
    (b"-----BEGIN PGP", "en krypterad fil (PGP)", "an encrypted file (PGP)"),
)
_MARKS = (
    (b"\xff\xfe\x00\x00", "text i UTF-32", "text in UTF-32"),
    (b"\x00\x00\xfe\xff", "text i UTF-32", "text in UTF-32"),
    (b"\xff\xfe", "text i UTF-16", "text in UTF-16"),
    (b"\xfe\xff", "text i UTF-16", "text in UTF-16"),
)
_MARKUP = ((b"<!doctype html", b"<html"), (b"<?xml",))


def other_than_text(content: bytes) -> Told | None:
    """What a file that is no delimited text is; None where it may be text."""
    if content.startswith(_ZIP):
        return _zip(content)
    for start, sv, en in _OTHER_THAN_TEXT:
        if content.startswith(start):
            return Told(sv, en)
    begins = content[:256].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if begins.startswith(_MARKUP[0]):
        return Told("en webbsida (HTML)", "a web page (HTML)")
    return Told("en XML-fil", "an XML file") if begins.startswith(_MARKUP[1]) else None


def wide_text(content: bytes) -> Told | None:
    """Text of two or four bytes a sign, as its byte order mark says."""
    return next((Told(sv, en) for mark, sv, en in _MARKS if content.startswith(mark)), None)


def what_it_is(content: bytes) -> Told:
    """What a file is, in a few words."""
    if not content:
        return Told("tom", "empty")
    if found := other_than_text(content):
        return found
    if found := wide_text(content):
        return found
    if b"\0" not in content and all(byte >= 0x20 or byte in b"\t\r\n\f\x1b" for byte in content[:4096]):
        return Told("text", "text")
    return Told("av okänt slag", "of an unknown kind")


def _zip(content: bytes) -> Told:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return Told("en avbruten eller skadad zip-fil", "a zip file that is cut off or damaged")
    if "xl/workbook.xml" in names:
        return EXCEL
    return Told("en zip-fil som inte är en arbetsbok", "a zip file that is no workbook")
