"""Reads the files of a folder into models, and keeps what is wrong with them: file, line, plain words."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from regions.model import Model
from regions.parameters import ParameterFile, ParameterValue, ValueFault, read_values

_M = TypeVar("_M", bound=Model)


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong with a folder."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


class FolderReader:
    """Reads files of one folder and keeps what is wrong with them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.raw: dict[str, bytes] = {}
        self.definitions: dict[str, ParameterFile] = {}
        """The folder's parameters by id."""
        self.values: list[ParameterValue] = []
        """All values of its parameters, once they have been read."""
        self._trees: dict[str, CommentedMap] = {}

    def one(self, name: str, kind: type[_M] | TypeAdapter[_M]) -> _M | None:
        """One YAML file as a model; None, and a problem noted, where it is wrong."""
        tree = self._tree(name)
        if tree is None:
            return None
        adapter: TypeAdapter[_M] = kind if isinstance(kind, TypeAdapter) else TypeAdapter(kind)
        try:
            made = adapter.validate_python(_plain(tree))
        except ValidationError as error:
            self.problems.extend(_in_words(name, tree, error))
            return None
        return made

    def many(self, folder: str, kind: type[_M] | TypeAdapter[_M]) -> tuple[_M, ...]:
        """Each YAML file of a folder; a file's name must be its id."""
        made = []
        for file in sorted((self.path / folder).glob("*.yaml")):
            name = f"{folder}/{file.name}"
            entry = self.one(name, kind)
            if entry is not None:
                made.append(entry)
                self._name_is_id(name, file.stem, entry)
        return tuple(made)

    def table(self, name: str, kind: type[_M]) -> tuple[_M, ...]:
        """A CSV file, each row as a model; an empty cell is a value left out."""
        content = self._text(name)
        if content is None:
            return ()
        made = []
        rows = csv.DictReader(io.StringIO(content, newline=""), restkey="a cell beyond the header")
        for row in rows:
            try:
                made.append(kind.model_validate({key: text for key, text in row.items() if text}))
            except ValidationError as error:
                self.problems.extend(Problem(name, rows.line_num, _words(fault)) for fault in error.errors())
        return tuple(made)

    def parameters(self) -> list[ParameterValue]:
        """All values of the folder's `parameters/`."""
        for definition in self.many("parameters", ParameterFile):
            if definition.file and self._text(f"parameters/{definition.file}") is None:
                continue
            self.definitions[definition.id] = definition
            try:
                self.values += read_values(definition, self.path / "parameters")
            except ValueFault as fault:
                self.problems.append(Problem(*self._place(definition, fault.place), str(fault)))
        return self.values

    def place(self, value: ParameterValue) -> tuple[str, int]:
        """File and line of a value of the folder's own `parameters/`."""
        return self._place(self.definitions[value.parameter], value.place)

    def line(self, name: str, *location: str | int) -> int:
        """The line of a file on which a key stands."""
        return _line(self._trees.get(name), location)

    def _place(self, definition: ParameterFile, place: int) -> tuple[str, int]:
        if definition.file is not None:
            return f"parameters/{definition.file}", place
        name = f"parameters/{definition.id}.yaml"
        return name, self.line(name, "values", place - 1)

    def _name_is_id(self, name: str, stem: str, entry: Model) -> None:
        identifier = getattr(entry, "id", stem)
        if identifier != stem:
            self.problems.append(
                Problem(name, self.line(name, "id"), f"id is {identifier}, but the file is {stem}.yaml")
            )

    def _bytes(self, name: str) -> bytes | None:
        try:
            content = (self.path / name).read_bytes()
        except FileNotFoundError:
            self.problems.append(Problem(name, 1, "the file is missing"))
            return None
        self.raw[name] = content
        return content

    def _text(self, name: str) -> str | None:
        content = self._bytes(name)
        if content is None:
            return None
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            self.problems.append(Problem(name, line, "not written in UTF-8"))
            return None

    def _tree(self, name: str) -> CommentedMap | None:
        content = self._text(name)
        if content is None:
            return None
        try:
            tree = YAML(typ="rt").load(content)
        except MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            self.problems.append(Problem(name, line, f"not readable as YAML: {error.problem}"))
            return None
        except YAMLError:
            self.problems.append(Problem(name, 1, "not readable as YAML: it holds a character that YAML forbids"))
            return None
        if not isinstance(tree, CommentedMap):
            self.problems.append(Problem(name, 1, "the file must hold keys and values"))
            return None
        self._trees[name] = tree
        return tree


def _plain(node: Any) -> Any:
    """A YAML tree without its comments, scalars as the models expect them."""
    if isinstance(node, CommentedMap):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, CommentedSeq):
        return [_plain(value) for value in node]
    if isinstance(node, float):
        return str(node)
    return node


def _in_words(name: str, tree: CommentedMap, error: ValidationError) -> Iterator[Problem]:
    for fault in error.errors():
        location = [*_in_file(tree, fault["loc"][:-1]), *fault["loc"][-1:]]
        yield Problem(name, _line(tree, location), _words({**fault, "loc": location}))


def _in_file(tree: Any, location: Sequence[str | int]) -> Iterator[str | int]:
    """The levels of a location that the file has: pydantic adds the kind of a union."""
    node = tree
    for part in location:
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            continue
        yield part


def _words(fault: Any) -> str:
    where = ".".join(str(part) for part in fault["loc"]) or "the file"
    if fault["type"] == "missing":
        return f"{where} is missing"
    if fault["type"] == "extra_forbidden":
        return f"{where} is not a known key"
    if fault["type"] == "string_type" and isinstance(fault["input"], int):
        return f'{where}: write it in quotes, "{fault["input"]}"'
    return f"{where}: {str(fault['msg']).removeprefix('Value error, ')}"


def _line(tree: Any, location: Sequence[str | int]) -> int:
    """The line of the deepest part of the location that stands in the file."""
    line, node = 1, tree
    for part in location:
        try:
            position = node.lc.item(part) if isinstance(node, CommentedSeq) else node.lc.key(part)
            line, node = position[0] + 1, node[part]
        except (AttributeError, KeyError, IndexError, TypeError):
            break  # what is missing stands where its mapping begins
    return line
