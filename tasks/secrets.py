"""Secrets that a source's YAML names: read where they are used, never kept, never told."""

import os

from regions.errors import UnreachableError, UsageError
from regions.transport import Secret


def read_secret(secret: Secret) -> str:
    """The secret itself; UsageError, with its name alone, where there is none."""
    return _from_block(secret.block) if secret.block else _from_environment(str(secret.env))


def _from_environment(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise UsageError(
            f"The secret {name} is not set.",
            where="the environment",
            todo=f"Set {name} for the user that runs this, and run again.",
        )
    return value


def _from_block(name: str) -> str:
    import httpx
    from prefect.blocks.system import Secret as Block

    try:
        return str(Block.load(name).get())  # type: ignore[union-attr]
    except ValueError:
        raise UsageError(
            f"There is no Secret block {name}.",
            where="Prefect's blocks",
            todo=f"Make a block of the type Secret with the name {name}, and run again.",
        ) from None
    except httpx.HTTPError:
        raise UnreachableError(
            f"The Secret block {name} can't be read.",
            where="Prefect's server",
            todo="See that the server runs, then run again.",
        ) from None
