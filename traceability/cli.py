"""Commands: ``flask --app wsgi trace ...``: verify bundles, check the log, keys and witnesses."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy.orm import sessionmaker

from kernel import clock
from kernel.actor import HOUSE
from kernel.db import transaction
from kernel.errors import DomainError
from kernel.settings import Settings
from kernel.web.session import part
from traceability.proof.bundle import (
    BadBundle,
    KeySpan,
    Verdict,
    find_signer,
    read_bundle,
    read_key_span,
    verify_bundle,
)
from traceability.proof.notes import (
    BadNote,
    Checkpoint,
    Note,
    origin_of,
    read_checkpoint,
    read_key,
    read_note,
)
from traceability.queries.proof.checking import check_log
from traceability.queries.proof.log import published_keys
from traceability.services.proof.logging import adopt_events
from traceability.services.proof.signing import rotate_key
from traceability.services.proof.witnessing import add_witness

REFUSED, UNREADABLE, ALARM = 1, 2, 3

trace = AppGroup("trace", help="The log of events: what it proves, and who signs it.")

_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@trace.command("verify")
@click.argument("bundle", type=_file)
@click.option("--origin", default="", help="The log it should be of; else the one of this market.")
@click.option("--key", "keys", multiple=True, help="A key to trust, as the market publishes it.")
@click.option("--keys", "key_file", type=_file, help="A saved /trace/log/keys: keys to trust.")
@click.option("--checkpoint", "kept", type=_file, help="A checkpoint that you kept.")
def verify(
    bundle: Path, origin: str, keys: tuple[str, ...], key_file: Path | None, kept: Path | None
) -> None:
    """Verify a bundle offline.

    Ends with 0 when all holds, 1 when something does not, 2 when a file cannot be read,
    3 when the log itself was caught.
    """
    try:
        verdict = verify_bundle(
            read_bundle(bundle.read_text("utf-8")),
            origin=origin or _origin(),
            trusted=_trusted(keys, key_file),
            older=_note(kept) if kept else None,
        )
    except (BadBundle, BadNote, UnicodeDecodeError) as wrong:
        click.echo(f"Cannot be read: {wrong}", err=True)
        sys.exit(UNREADABLE)
    _tell(verdict, own_keys=not keys and key_file is None)
    if not verdict.is_good:
        sys.exit(ALARM if verdict.is_alarm else REFUSED)


@trace.command("check")
@click.option(
    "--checkpoint", "kept", type=_file, multiple=True, help="A checkpoint kept elsewhere."
)
def check(kept: tuple[Path, ...]) -> None:
    """Walk the whole log beside the events; name whatever was changed."""
    try:
        notes = [_note(path) for path in kept]
    except (BadNote, UnicodeDecodeError) as wrong:
        click.echo(f"Cannot be read: {wrong}", err=True)
        sys.exit(UNREADABLE)
    with part(sessionmaker)() as session:
        spans = [key.span for key in published_keys(session)]
        points = [_own_point(note, spans) for note in notes]
        checked = check_log(session, kept=points)
    for fault in checked.faults:
        click.echo(fault.words)
    if checked.faults:
        sys.exit(REFUSED)
    click.echo(f"The log is whole: {checked.size} events.")


@trace.command("rotate-key")
@click.option("--revoke", is_flag=True, help="Somebody else may have the old key.")
def rotate(*, revoke: bool) -> None:
    """Put a new key in place; both sign its first checkpoint."""
    try:
        with part(sessionmaker)() as session, transaction(session):
            signed = rotate_key(
                session, origin=_origin(), revoke=revoke, actor=HOUSE, now=clock.now()
            )
    except DomainError as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(signed.note)


@trace.command("keys")
def keys_of_log() -> None:
    """Print every key of the log, the newest first."""
    with part(sessionmaker)() as session:
        for key in published_keys(session):
            until = key.revoked_at or key.valid_to
            click.echo(
                f"{key.key.text}  {key.valid_from:%F %T} - {f'{until:%F %T}' if until else ''}"
            )


@trace.command("add-witness")
@click.argument("key")
def take_witness(key: str) -> None:
    """Have cosignatures of a witness accepted, by its key as C2SP writes it."""
    try:
        with part(sessionmaker)() as session, transaction(session):
            name = add_witness(session, key, actor=HOUSE, now=clock.now())
    except DomainError as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"Cosignatures of {name} are accepted.")


@trace.command("adopt")
def adopt() -> None:
    """Take in events that were written past the log, such as by restoring a table."""
    count = 0
    while True:
        with part(sessionmaker)() as session, transaction(session):
            taken = adopt_events(session)
        count += taken
        if not taken:
            break
    click.echo(f"Events taken into the log: {count}.")


def install(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(trace)


def _origin() -> str:
    return origin_of(part(Settings).public_url)


def _note(path: Path) -> Note:
    note = read_note(path.read_text("utf-8"))
    read_checkpoint(note.text)
    return note


def _own_point(note: Note, spans: Sequence[KeySpan]) -> Checkpoint:
    """Return what a kept checkpoint says; one of another log, or forged, raises no alarm."""
    point = read_checkpoint(note.text)
    signer, at = find_signer(note, spans)
    if point.origin != _origin() or signer is None or at is None or not signer.holds(at):
        click.echo(
            f"Not a checkpoint that this log signed: {point.origin}, {point.size}.", err=True
        )
        sys.exit(UNREADABLE)
    return point


def _trusted(keys: tuple[str, ...], path: Path | None) -> list[KeySpan]:
    spans = [KeySpan(read_key(key)) for key in keys]
    if path is None:
        return spans
    try:
        return spans + [read_key_span(one) for one in json.loads(path.read_text("utf-8"))["keys"]]
    except (KeyError, TypeError, AttributeError, ValueError) as wrong:
        raise BadNote(f"not a file of keys: {wrong}") from None


def _tell(verdict: Verdict, *, own_keys: bool) -> None:
    point = verdict.checkpoint
    for problem in verdict.problems:
        click.echo(problem.words)
    if verdict.signer is not None:
        at = f" on {verdict.signed_at:%F %T} UTC" if verdict.signed_at else ""
        click.echo(f"Log {point.origin}, {point.size} events, signed{at} by {verdict.signer.text}.")
    if own_keys:
        click.echo(
            "The keys are those that came with the bundle: compare them with what the market "
            "publishes at /trace/log/keys, or name them with --key."
        )
    if verdict.is_good:
        click.echo("All events of the bundle are as they were logged.")
