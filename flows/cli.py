"""The command line. Each command imports what it needs, so that `hemvard --help` is instant."""

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from regions.errors import HemvardError, UsageError

app = typer.Typer(
    name="hemvard",
    help="Figures for the transfer of Swedish home health care, from raw deliveries to published tables.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Region = Annotated[str, typer.Argument(help="A shipped region's name, or a path to a region's folder.")]
Home = Annotated[Path | None, typer.Option("--home", help="Where data lie. [default: HEMVARD_HOME, or var/]")]
First = Annotated[str | None, typer.Option("--from", metavar="YYYY-MM", help="First month.")]
Last = Annotated[str | None, typer.Option("--to", metavar="YYYY-MM", help="Last month.")]
Wait = Annotated[bool, typer.Option("--wait", help="Wait for another run of the region to end.")]


@app.command()
def run(
    region: Region,
    first: First = None,
    last: Last = None,
    home: Home = None,
    wait: Wait = False,
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], help="Only parameters known on this day. [default: today]"),
    ] = None,
) -> None:
    """The main job: take in new deliveries and publish a release. Without months: all that have deliveries."""
    from flows.running import run_monthly

    day = as_of.date() if as_of else None
    typer.echo(run_monthly(region, _month(first), _month(last), home, wait=wait, as_of=day))


@app.command()
def backfill(
    region: Region,
    first: First = None,
    last: Last = None,
    home: Home = None,
    wait: Wait = False,
    chunk: Annotated[int, typer.Option("--chunk", min=1, help="Months a chunk.")] = 12,
) -> None:
    """Many months in chunks; each chunk is kept, so an interrupted backfill goes on where it was."""
    from flows.running import run_backfill

    typer.echo(run_backfill(region, _month(first), _month(last), home, wait=wait, chunk=chunk))


@app.command()
def reference(region: Region, home: Home = None, wait: Wait = False) -> None:
    """Fetch the official statistics (SCB, Kolada) that the region's figures are compared with; publishes nothing."""
    from flows.running import run_reference

    typer.echo(run_reference(region, home, wait=wait))


@app.command()
def plan(region: Region, first: First = None, last: Last = None, home: Home = None) -> None:
    """What a run would do, and why; changes nothing."""
    from flows.planning import describe_plan

    typer.echo(describe_plan(region, _month(first), _month(last), home))


@app.command()
def check(
    region: Region,
    schemas: Annotated[
        Path | None, typer.Option("--schemas", help="Also write JSON Schemas for editors into this folder.")
    ] = None,
) -> None:
    """Is this region's folder right? File, line and reason of all that is not."""
    from regions.editor import write_schemas
    from regions.folder import check_region, find_folder
    from regions.retention import retention_warnings
    from tasks.documents import text_problems
    from warehouse.protection import check_publication
    from warehouse.targets import check_targets

    path = find_folder(region)
    folder, problems = check_region(path)
    problems += text_problems(path)
    if folder is not None:
        problems += check_publication(folder.publication)
        problems += check_targets(folder.targets)
    if schemas is not None:
        write_schemas(schemas)
    if problems:
        listed = "\n".join(str(problem) for problem in problems)
        raise UsageError(f"{listed}\n{len(problems)} problem(s) in the folder of {region}.")
    for warning in retention_warnings(folder) if folder else ():
        typer.echo(f"Bear in mind: {warning}")
    typer.echo(f"{region}: all is well")


@app.command()
def contract(subject: Annotated[str | None, typer.Argument(help="A subject; none: which there are.")] = None) -> None:
    """What the rows of a subject hold, for those who write a source's YAML."""
    from flows.contracts import describe_contract

    typer.echo(describe_contract(subject))


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="A folder that does not exist yet.")]) -> None:
    """A new region's folder, with commented examples."""
    from regions.editor import make_region

    make_region(folder)
    typer.echo(f"Made {folder}. Next: edit its files, then `hemvard check {folder}`.")


@app.command()
def demo(
    region: Region,
    first: First = None,
    last: Last = None,
    home: Home = None,
    deliver: Annotated[
        Literal["first", "late", "corrected"], typer.Option("--deliver", help="Which batch of deliveries.")
    ] = "first",
    rows: Annotated[int | None, typer.Option("--rows", min=1, help="Visits a year in the region's system.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Other people and visits.")] = 2011,
) -> None:
    """Synthetic deliveries into the region's inbox: made-up people, realistic dirt."""
    from flows.demo import make_demo

    typer.echo(make_demo(region, _month(first), _month(last), home, batch=deliver, rows=rows, seed=seed))


@app.command()
def query(
    region: Region,
    sql: Annotated[str, typer.Argument(help="One SELECT on the published tables.")],
    home: Home = None,
    csv: Annotated[bool, typer.Option("--csv", help="Comma-separated, with a header.")] = False,
) -> None:
    """Read the release in force."""
    from flows.querying import query_release

    typer.echo(query_release(region, sql, home, as_csv=csv))


@app.command()
def shell(
    region: Region,
    sql: Annotated[
        str | None, typer.Argument(help="One SELECT; none: a prompt that answers as many as you ask.")
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], help="The lake as it stood when this day ended. [default: now]"),
    ] = None,
    home: Home = None,
    csv: Annotated[bool, typer.Option("--csv", help="Comma-separated, with a header.")] = False,
) -> None:
    """Read the restricted lake, row by row, for those who hold the keys: what did we know on a day?"""
    from flows.shell import ask_lake, converse

    day = as_of.date() if as_of else None
    if sql is None:
        converse(region, home, as_of=day, as_csv=csv)
    else:
        typer.echo(ask_lake(region, sql, home, as_of=day, as_csv=csv))


@app.command()
def explain(
    region: Region,
    table: Annotated[str, typer.Argument(help="A published table of figures, such as volumes.visits_month.")],
    given: Annotated[list[str] | None, typer.Argument(metavar="[COLUMN=VALUE]...", help="Which row.")] = None,
    home: Home = None,
    sql: Annotated[bool, typer.Option("--sql", help="Also show the models' SQL.")] = False,
) -> None:
    """Where a published figure comes from: definition, model, inputs, deliveries, quality, versions."""
    from flows.explain import explain as explain_figure

    typer.echo(explain_figure(region, table, given or [], home, with_sql=sql))


@app.command()
def docs(
    region: Region,
    home: Home = None,
    to: Annotated[
        Path | None, typer.Option("--to", help="Folder of the pages. [default: the region's restricted/data-docs]")
    ] = None,
) -> None:
    """What the rules say of the release in force, as pages of Great Expectations."""
    from flows.docs import build_docs

    typer.echo(build_docs(region, home, to))


@app.command()
def documents(
    region: Region,
    home: Home = None,
    release: Annotated[
        str | None, typer.Option("--release", help="A release's id or its beginning. [default: the one in force]")
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="Folder of the files. [default: the region's published/documents/RELEASE]"),
    ] = None,
) -> None:
    """The documents for decision: three reports (PDF, Word), a sheet a municipality, the workbook; in Swedish."""
    from flows.documents import make_documents

    typer.echo(make_documents(region, home, release, to))


@app.command()
def deliveries(
    region: Region,
    first: First = None,
    last: Last = None,
    home: Home = None,
    csv: Annotated[bool, typer.Option("--csv", help="Comma-separated, with a header.")] = False,
) -> None:
    """Which deliveries were expected, what has come, and what needs doing."""
    from flows.deliveries import describe_deliveries

    typer.echo(describe_deliveries(region, _month(first), _month(last), home, as_csv=csv))


@app.command()
def quarantine(
    region: Region,
    first: First = None,
    last: Last = None,
    home: Home = None,
    export: Annotated[
        Path | None, typer.Option("--export", help="Also write suppliers' reports (HTML and Excel) into this folder.")
    ] = None,
) -> None:
    """Which rows are kept out of the figures, why and since when; reports for suppliers."""
    from flows.quarantine import describe_quarantine

    typer.echo(describe_quarantine(region, _month(first), _month(last), home, export=export))


@app.command()
def releases(region: Region, home: Home = None) -> None:
    """Which releases there are: when made, of what, how large, what changed; which one is in force."""
    from flows.releases import describe_releases

    typer.echo(describe_releases(region, home))


@app.command()
def rollback(
    region: Region,
    release: Annotated[str, typer.Argument(help="A release's id or its beginning; previous; latest: end a rollback.")],
    home: Home = None,
) -> None:
    """Put an earlier release in force; runs leave it there until the inputs change."""
    from flows.releases import roll_back

    typer.echo(roll_back(region, release, home))


@app.command()
def freeze(
    region: Region,
    name: Annotated[str, typer.Argument(help="What the decision point is called, such as BP1.")],
    release: Annotated[
        str | None, typer.Option("--release", help="A release's id or its beginning. [default: the one in force]")
    ] = None,
    home: Home = None,
) -> None:
    """A decision point: keep a release for good, with all that it was made of."""
    from flows.decision_points import freeze as freeze_release

    typer.echo(freeze_release(region, name, release, home))


@app.command()
def verify(
    region: Region,
    name: Annotated[str, typer.Argument(help="A decision point, or a release's id or its beginning.")],
    home: Home = None,
) -> None:
    """Is it what it was, and can it be made again? Identical, recomputed except erased rows, archived or different."""
    from flows.decision_points import verify as verify_release

    typer.echo(verify_release(region, name, home))


@app.command()
def compare(
    region: Region,
    before: Annotated[str, typer.Argument(metavar="A", help="A decision point, or a release's id or its beginning.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The later one.")],
    home: Home = None,
    csv: Annotated[bool, typer.Option("--csv", help="Every figure and cause, comma-separated, with a header.")] = False,
    to: Annotated[Path | None, typer.Option("--to", help="Also write text and CSV into this folder.")] = None,
) -> None:
    """Why the figures of B are not those of A: each change as a sum of causes."""
    from flows.compare import compare as compare_releases

    typer.echo(compare_releases(region, before, after, home, as_csv=csv, to=to))


@app.command(name="rotate-key")
def rotate_key(region: Region, home: Home = None) -> None:
    """Another key of pseudonyms: the old one in HEMVARD_PSEUDONYM_KEY, the new one in HEMVARD_NEW_PSEUDONYM_KEY."""
    from flows.keys import rotate_key as rotate

    typer.echo(rotate(region, home))


@app.command()
def erase(
    region: Region,
    reason: Annotated[
        Literal["gdpr_17", "pdl_8_4", "objection", "delivered_by_mistake"] | None,
        typer.Option("--reason", help="The ground of the decision: docs/guides/erasure-and-retention.md."),
    ] = None,
    record: Annotated[
        str | None,
        typer.Option("--record", metavar="NUMBER", help="The decision's number in the register, such as RS 2026-123."),
    ] = None,
    home: Home = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask before it is done.")] = False,
    listed: Annotated[
        bool, typer.Option("--list", help="The records of what has been erased; erases nothing.")
    ] = False,
) -> None:
    """Remove one person from all that is kept. The id is asked for without being shown, or read from standard input.

    Rows, quarantine, pseudonyms, landed originals, inbox, old snapshots and files of the lake; releases stand.
    """
    from flows.erasing import decided, describe_erasures, erase_person

    if listed:
        typer.echo(describe_erasures(region, home))
    else:
        typer.echo(erase_person(region, home, decided(reason, record), sure=yes))


@app.command()
def site(
    region: Region,
    home: Home = None,
    only_print: Annotated[bool, typer.Option("--print", help="Only tell where they are.")] = False,
) -> None:
    """Open the pages of the release in force in a browser."""
    from flows.site import open_site

    typer.echo(open_site(region, home, only_print=only_print))


@app.command()
def up(home: Home = None, port: Annotated[int, typer.Option("--port", help="The server's port.")] = 4200) -> None:
    """Prefect's server, a worker and the deployments on this machine, until Ctrl-C."""
    from flows.up import serve

    serve(home, port)


def _month(text: str | None) -> str | None:
    from regions.month import Month

    if text is None:
        return None
    try:
        return str(Month.parse(text))
    except ValueError as error:
        raise UsageError(f"{text!r} is no month: {error}.") from None


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; every error a person can meet has its exit code and no traceback without --debug."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    try:
        app([entry for entry in given if entry != "--debug"])
    except HemvardError as error:
        _fail(error, error.exit_code, debug=debug)
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Exception as error:
        told = f"An unexpected {type(error).__name__}; run again with --debug and report what it shows."
        _fail(error, 1, debug=debug, told=told)


def _fail(error: Exception, code: int, *, debug: bool, told: str | None = None) -> None:
    if debug:
        raise error
    typer.echo(f"hemvard: {told or error}", err=True)
    raise SystemExit(code)


if __name__ == "__main__":
    main()
