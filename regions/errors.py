"""Errors that a person reads: what is wrong, where, what to do.

They stand in the lowest room so that every room can raise them; `flows.cli` turns each into
its exit code (CONTRACT: 1 data, 2 use, 3 a system away, 4 another run).
"""


class HemvardError(Exception):
    """Something that a person must be told. Never holds a person id, a name or free text."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.todo = todo

    def __str__(self) -> str:
        lines = [self.what]
        if self.where:
            lines.append(f"  Where: {self.where}")
        if self.todo:
            lines.append(f"  To do: {self.todo}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.what, self.where, self.todo)


def _rebuild(kind: type[HemvardError], what: str, where: str, todo: str) -> HemvardError:
    return kind(what, where=where, todo=todo)


class DataError(HemvardError):
    """The data did not pass; nothing was published, the last release stands."""

    exit_code = 1


class UsageError(HemvardError):
    """Wrong use or configuration."""

    exit_code = 2


class UnreachableError(HemvardError):
    """A system could not be reached."""

    exit_code = 3


class BusyError(HemvardError):
    """Another run holds the region."""

    exit_code = 4
