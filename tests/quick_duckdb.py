"""DuckDB as the tests use it: one thread unless a connection asks for more, and extensions that are not hashed anew.

Two threads wait for each other by spinning: on a machine whose cores are all busy with tests, a run of the small
region takes twice the processor's time. And before it loads the lake's extensions, each connection hashes 90 MB to
check their signatures; the real processes of the tests (`hemvard up`, readers) do so.
"""

import functools
from typing import Any

import duckdb

_connect = duckdb.connect
_QUICK = {"threads": 1, "allow_unsigned_extensions": True}


def use_quick_duckdb() -> None:
    """From now on, in this process."""
    duckdb.connect = _quick


@functools.wraps(_connect)
def _quick(database: Any = ":memory:", read_only: bool = False, config: Any = None) -> Any:
    return _connect(database, read_only=read_only, config={**_QUICK, **(config or {})})
