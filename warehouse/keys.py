"""The two keys: one that makes pseudonyms, one that encrypts what lands.

They come from HEMVARD_PSEUDONYM_KEY and HEMVARD_STORE_KEY. Only a region whose deliveries are
synthetic may make its own, kept in its restricted folder.
"""

import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

import pyrage

from regions.errors import UsageError
from warehouse.home import RegionHome

PSEUDONYM_KEY = "HEMVARD_PSEUDONYM_KEY"
STORE_KEY = "HEMVARD_STORE_KEY"
_MAKE_STORE_KEY = 'python -c "import pyrage; print(pyrage.x25519.Identity.generate())"'
_MIN_CHARACTERS = 32


@dataclass(frozen=True)
class Keys:
    """The keys of a region; never printed."""

    pseudonym: bytes = field(repr=False)
    store: pyrage.x25519.Identity = field(repr=False)

    def encrypt(self, content: bytes) -> bytes:
        """Bytes in the age format, for this key alone."""
        return bytes(pyrage.encrypt(content, [self.store.to_public()]))

    def decrypt(self, content: bytes) -> bytes:
        """The bytes again; UsageError where another key encrypted them."""
        try:
            return bytes(pyrage.decrypt(content, [self.store]))
        except pyrage.DecryptError:
            raise UsageError(
                "A landed delivery can't be decrypted with this store key.",
                where=STORE_KEY,
                todo="Set the key with which the delivery was landed.",
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
    own = _own_keys(home.restricted / "synthetic-keys.json")
    return _keys(pseudonym or own["pseudonym"], store or own["store"])


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


def _keys(pseudonym: str, store: str) -> Keys:
    if len(pseudonym) < _MIN_CHARACTERS:
        raise UsageError(
            f"{PSEUDONYM_KEY} is too short to be secret.",
            where="the environment",
            todo=f"Use at least {_MIN_CHARACTERS} random characters.",
        )
    try:
        identity = pyrage.x25519.Identity.from_str(store)
    except pyrage.IdentityError:
        raise UsageError(
            f"{STORE_KEY} is not an age identity (AGE-SECRET-KEY-1…).",
            where="the environment",
            todo=f"Make one with: {_MAKE_STORE_KEY}",
        ) from None
    return Keys(pseudonym.encode(), identity)
