"""``flask --app wsgi market import PATH``: bring an office's tables into the market."""

from pathlib import Path

import click
from flask.cli import with_appcontext
from flask_babel import force_locale, gettext, ngettext
from sqlalchemy.orm import sessionmaker

from kernel import clock
from kernel.actor import HOUSE
from kernel.i18n import DEFAULT, LANGUAGES
from kernel.messages import msg
from kernel.settings import Settings
from kernel.web.session import part
from shop.importing.columns import Reading
from shop.importing.problems import MOST_SHOWN, Problem
from shop.importing.run import Report, carry_out, plan
from shop.importing.sheets import SHEETS

SHEET_WORDS = {
    "vendors": msg("Vendors"),
    "certificates": msg("Certificates"),
    "users": msg("Accounts"),
    "farms": msg("Farms"),
    "plots": msg("Plots"),
    "seasons": msg("Seasons"),
    "packings": msg("Packed lots"),
    "diary": msg("Diary entries"),
    "lots": msg("Lots"),
    "listings": msg("Listings"),
    "variants": msg("Pack sizes"),
    "experiences": msg("Experiences"),
    "departures": msg("Departures"),
    "collection_points": msg("Collection points"),
    "orders": msg("Orders"),
    "order_lines": msg("Order lines"),
    "reviews": msg("Reviews"),
}


@click.command("import")
@click.argument("path", type=click.Path(exists=True, readable=True, path_type=Path))
@click.option(
    "--dry-run/--save",
    default=True,
    help="Check everything and save nothing (the default), or save.",
)
@click.option(
    "--lang", type=click.Choice(LANGUAGES), default=DEFAULT, help="Language of the messages."
)
@with_appcontext
def import_command(path: Path, dry_run: bool, lang: str) -> None:  # noqa: FBT001 - click hands it over
    """Import PATH, an .xlsx or .csv file or a folder of them: all of it or nothing."""
    with force_locale(lang):
        now = clock.now()
        reading = Reading(now, demo=not part(Settings).is_production)
        planned = plan(path, reading)
        with (
            part(sessionmaker)() as session,
            click.progressbar(length=planned.report.total, label=gettext("Rows")) as bar,
        ):
            report = carry_out(
                session, planned, dry_run=dry_run, step=bar.update, actor=HOUSE, now=now
            )
        for line in summary(report):
            click.echo(line, err=bool(report.findings))
    if report.findings:
        raise SystemExit(1)


def summary(report: Report) -> list[str]:
    """Return what to tell the person, line by line, in the language of the moment."""
    skipped = [gettext("Skipped: %(name)s", name=name) for name in report.skipped]
    if report.findings:
        return [*skipped, *_problems(report)]
    rows = [
        f"  {gettext(SHEET_WORDS[sheet.name])}: {report.counts[sheet.name]}"
        for sheet in SHEETS
        if sheet.name in report.counts
    ]
    if report.saved:
        end = ngettext("%(num)d row saved.", "%(num)d rows saved.", report.total)
    else:
        end = gettext("Everything can be saved. Nothing was: repeat it with --save.")
    return [*skipped, *rows, end]


def _problems(report: Report) -> list[str]:
    lines = [describe(problem) for problem in report.findings.shown]
    if report.findings.total > MOST_SHOWN:
        lines.append(gettext("The first %(most)s problems are shown.", most=MOST_SHOWN))
    total = report.findings.total
    end = ngettext(
        "%(num)d problem. Nothing was saved.", "%(num)d problems. Nothing was saved.", total
    )
    return [*lines, end]


def describe(problem: Problem) -> str:
    """Return one problem as a line: where, what is written there, what to do."""
    place = problem.place
    where = [place.file]
    if place.sheet:
        where.append(gettext("sheet %(name)s", name=place.sheet))
    if place.row:
        where.append(gettext("row %(number)s", number=place.row))
    if place.column:
        where.append(gettext("column %(name)s", name=place.column))
    value = f" “{_short(problem.value)}”" if problem.value else ""
    return f"{', '.join(where)}:{value} {gettext(problem.message, **problem.values)}"


def _short(value: str) -> str:
    line = " ".join(value.split())
    return line if len(line) <= 60 else line[:59] + "…"
