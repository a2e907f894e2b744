"""The two keys: one that makes pseudonyms, one that encrypts what lands.

They come from HEMVARD_PSEUDONYM_KEY and HEMVARD_STORE_KEY. Only a region whose deliveries are
synthetic may make its own, kept in its restricted folder.

The lake knows the fingerprint of the key of pseudonyms that is in force: another would split every person
in two, and is refused. A key that was rotated out is kept, sealed with the store key, in restricted/keys/:
ids that come later go through each key in turn. docs/guides/person-ids.md.
"""

import hmac
import io
import json
import os
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, NoReturn

import duckdb
import pyrage

from regions.errors import UsageError
from warehouse.home import PRIVATE, RegionHome

PSEUDONYM_KEY = "HEMVARD_PSEUDONYM_KEY"
NEW_PSEUDONYM_KEY = "HEMVARD_NEW_PSEUDONYM_KEY"
STORE_KEY = "HEMVARD_STORE_KEY"
_MAKE_STORE_KEY = 'python -c "import pyrage; print(pyrage.x25519.Identity.generate())"'
_MIN_CHARACTERS = 32
_PRINTED = b"fingerprint of a hemvard pseudonym key"


@dataclass(frozen=True)
class Keys:
    """The keys of a region; never printed."""

    pseudonym: bytes = field(repr=False)
    store: pyrage.x25519.Identity = field(repr=False)
    former: tuple[bytes, ...] = field(default=(), repr=False)
    """The keys of pseudonyms before the one in force, the oldest first."""

    @property
    def chain(self) -> tuple[bytes, ...]:
        """Every key through which an id goes, in their order."""
        return (*self.former, self.pseudonym)

    def encrypt(self, content: bytes) -> bytes:
        """Bytes in the age format, for this key alone."""
        return bytes(pyrage.encrypt(content, [self.store.to_public()]))

    def encrypt_stream(self, source: io.RawIOBase, target: IO[bytes]) -> None:
        """As `encrypt`, a few kilobytes at a time. An error of reading or writing comes as pyrage.EncryptError."""
        pyrage.encrypt_io(source, target, [self.store.to_public()])

    def decrypt(self, content: bytes) -> bytes:
        """The bytes again; UsageError where another key encrypted them."""
        try:
            return bytes(pyrage.decrypt(content, [self.store]))
        except pyrage.DecryptError:
            raise UsageError(
                "What is kept encrypted can't be decrypted with this store key.",
                where=STORE_KEY,
                todo="Set the key with which the region's deliveries were landed.",
            ) from None


def find_keys(home: RegionHome, *, synthetic: bool) -> Keys:
    """The keys from the environment; a synthetic region's own where there are none."""
    pseudonym, store = os.environ.get(PSEUDONYM_KEY), os.environ.get(STORE_KEY)
    if pseudonym and store:
        return _keys(pseudonym, store)
    if not synthetic:
        missing = " and ".join(name for name, value in ((PSEUDONYM_KEY, pseudonym), (STORE_KEY, store)) if not value)
        raise UsageError(
            f"{missing} not set, and this region's data are real.",
            where="the environment",
            todo=f"Set {PSEUDONYM_KEY} to at least {_MIN_CHARACTERS} secret characters, and {STORE_KEY} to what "
            f"`{_MAKE_STORE_KEY}` prints. Keep both outside this machine as well.",
        )
    own = _own_keys(_own_file(home))
    return _keys(pseudonym or own["pseudonym"], store or own["store"])


def new_pseudonym_key() -> bytes:
    """The key that is to take the place of the one in force, from HEMVARD_NEW_PSEUDONYM_KEY."""
    given = os.environ.get(NEW_PSEUDONYM_KEY)
    if not given:
        raise UsageError(
            f"{NEW_PSEUDONYM_KEY} not set.",
            where="the environment",
            todo=f"Set it to at least {_MIN_CHARACTERS} secret characters, and keep it outside this machine as well.",
        )
    return _pseudonym_key(NEW_PSEUDONYM_KEY, given)


def keys_in_force(connection: duckdb.DuckDBPyConnection, home: RegionHome, keys: Keys) -> Keys:
    """The keys with those that were in force before; the first time, the lake learns which key it is.

    UsageError where the key given is not the one in force.
    """
    known = connection.execute(
        "SELECT fingerprint, in_force_from FROM lake.ledger.pseudonym_keys ORDER BY key_seq"
    ).fetchall()
    if not known:
        note_key(connection, keys.pseudonym)
        return keys
    prints = [row[0] for row in known]
    own = _fingerprint(keys.pseudonym)
    if own != prints[-1]:
        _refuse_key(home, known[prints.index(own) + 1][1].date() if own in prints else None)
    return replace(keys, former=tuple(_unsealed(home, keys, entry) for entry in prints[:-1]))


def note_key(connection: duckdb.DuckDBPyConnection, key: bytes) -> int:
    """Note that a key is in force from now on; its number. UsageError where it has been before."""
    prints = connection.execute("SELECT fingerprint FROM lake.ledger.pseudonym_keys").fetchall()
    if (_fingerprint(key),) in prints:
        raise UsageError(
            "The new key of pseudonyms is, or has been, in force in this region.",
            where=NEW_PSEUDONYM_KEY,
            todo="Make another one.",
        )
    connection.execute(
        "INSERT INTO lake.ledger.pseudonym_keys (key_seq, fingerprint, in_force_from) VALUES (?, ?, ?)",
        (len(prints) + 1, _fingerprint(key), datetime.now(UTC).replace(tzinfo=None)),
    )
    return len(prints) + 1


def seal_key(home: RegionHome, keys: Keys) -> Path:
    """Keep the key in force, encrypted with the store key, for when another has taken its place; the file."""
    file = _sealed_file(home, _fingerprint(keys.pseudonym))
    file.parent.mkdir(mode=PRIVATE, exist_ok=True)
    beside = file.with_suffix(".part")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
        target.write(keys.encrypt(keys.pseudonym))
        target.flush()
        os.fsync(target.fileno())
    beside.replace(file)
    return file


def _sealed_file(home: RegionHome, fingerprint: str) -> Path:
    return home.restricted / "keys" / f"{fingerprint}.age"


def _unsealed(home: RegionHome, keys: Keys, fingerprint: str) -> bytes:
    file = _sealed_file(home, fingerprint)
    key = keys.decrypt(file.read_bytes()) if file.is_file() else b""
    if _fingerprint(key) != fingerprint:
        raise UsageError(
            "A key of pseudonyms that was in force before is not where it was sealed: ids can't get their pseudonyms.",
            where=str(file),
            todo="Put the file back from a backup of the region's restricted folder.",
        )
    return key


def _refuse_key(home: RegionHome, rotated_out: date | None) -> NoReturn:
    """Say that the key given is not the one in force; when it ceased to be, where it ever was."""
    what = "is not the key that this region's pseudonyms were made with: every person would be split in two"
    if rotated_out:
        what = f"is a key that was rotated out on {rotated_out}"
    raise UsageError(
        f"{PSEUDONYM_KEY} {what}.",
        where="the environment" if PSEUDONYM_KEY in os.environ else str(_own_file(home)),
        todo=f"Set {PSEUDONYM_KEY} to the key in force. To change it: hemvard rotate-key REGION.",
    )


def _fingerprint(key: bytes) -> str:
    """32 hexadecimal digits that tell a key from another, and nothing of it."""
    return hmac.digest(key, _PRINTED, "sha256").hex()[:32]


def _own_file(home: RegionHome) -> Path:
    return home.restricted / "synthetic-keys.json"


def _own_keys(file: Path) -> dict[str, str]:
    """A synthetic region's own keys, made once; two runs at once agree on the first one's."""
    if not file.exists():
        made = {"pseudonym": secrets.token_hex(32), "store": str(pyrage.x25519.Identity.generate())}
        beside = file.with_suffix(f".{os.getpid()}")
        beside.touch(mode=0o600)
        beside.write_text(json.dumps(made), encoding="utf-8")
        try:
            os.link(beside, file)
        except FileExistsError:
            pass
        finally:
            beside.unlink()
    keys: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return keys


def _pseudonym_key(name: str, text: str) -> bytes:
    if len(text) < _MIN_CHARACTERS:
        raise UsageError(
            f"{name} is too short to be secret.",
            where="the environment",
            todo=f"Use at least {_MIN_CHARACTERS} random characters.",
        )
    return text.encode()


def _keys(pseudonym: str, store: str) -> Keys:
    key = _pseudonym_key(PSEUDONYM_KEY, pseudonym)
    try:
        identity = pyrage.x25519.Identity.from_str(store)
    except pyrage.IdentityError:
        raise UsageError(
            f"{STORE_KEY} is not an age identity (AGE-SECRET-KEY-1…).",
            where="the environment",
            todo=f"Make one with: {_MAKE_STORE_KEY}",
        ) from None
    return Keys(key, identity)
