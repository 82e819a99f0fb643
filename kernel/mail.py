"""Messages to people: rows in the transaction of their cause, sent by the worker."""

import smtplib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.orm import Mapped, Session, mapped_column, sessionmaker

from kernel import i18n, money
from kernel.db import Base, PrimaryId, transaction
from kernel.events import wake_worker
from kernel.settings import Settings

ROOT = Path(__file__).parent.parent
MOST_ATTEMPTS = 8


@dataclass(frozen=True)
class Address:
    """Where a person can be reached and in which language; e-mail is preferred."""

    email: str | None = None
    phone: str | None = None
    lang: str = i18n.DEFAULT


class Notice(Base):
    """A message to one person, waiting or sent."""

    __tablename__ = "notice"
    __table_args__ = (
        sa.Index(
            "ix_notice_due",
            "due_at",
            sqlite_where=sa.text("sent_at IS NULL AND dead_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL AND dead_at IS NULL"),
        ),
    )

    id: Mapped[PrimaryId]
    channel: Mapped[str] = mapped_column(sa.String(10))
    recipient: Mapped[str] = mapped_column(sa.String(254))
    lang: Mapped[str] = mapped_column(sa.String(2))
    template: Mapped[str] = mapped_column(sa.String(80))
    values: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(sa.Text)
    sent_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Message:
    """What is sent: a subject, a text."""

    recipient: str
    subject: str
    text: str


class Sender(ABC):
    """A way to reach people."""

    @abstractmethod
    def send(self, message: Message) -> None:
        """Hand a message over; any exception means: try again later."""


class FileSender(Sender):
    """Appends messages to a file: the default, for people who try the market out."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def send(self, message: Message) -> None:
        """Write a message at the end of the file."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"To: {message.recipient}\nSubject: {message.subject}\n\n")
            file.write(f"{message.text}\n{'-' * 60}\n")


class SmtpSender(Sender):
    """Sends e-mail through an SMTP server."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def send(self, message: Message) -> None:
        """Send one e-mail."""
        mail = EmailMessage()
        mail["From"], mail["To"] = self.settings.mail_from, message.recipient
        mail["Subject"] = message.subject
        mail.set_content(message.text)
        with smtplib.SMTP(self.settings.smtp_host, self.settings.smtp_port, timeout=15) as server:
            if self.settings.smtp_tls:
                server.starttls()
            if self.settings.smtp_user:
                server.login(self.settings.smtp_user, self.settings.smtp_password)
            server.send_message(mail)


def open_senders(settings: Settings) -> dict[str, Sender]:
    """Return the sender of each channel that the settings name."""
    outbox = settings.instance_path / "outbox"
    return {
        "email": SmtpSender(settings) if settings.smtp_host else FileSender(outbox / "email.txt"),
        "sms": FileSender(outbox / "sms.txt"),
    }


def notify(
    session: Session, template: str, /, *, to: Address, now: datetime, **values: Any
) -> None:
    """Queue a message in this transaction; who has no address gets none.

    ``template`` names ``<trade>/templates/mail/<trade>/<name>.txt`` without its
    ending; the first line of what it renders is the subject.
    """
    channel, recipient = ("email", to.email) if to.email else ("sms", to.phone)
    if not recipient or session.info.get("quiet"):
        return
    session.add(
        Notice(
            channel=channel,
            recipient=recipient,
            lang=to.lang,
            template=template,
            values=values,
            created_at=now,
            due_at=now,
        )
    )
    wake_worker(session)


def forget_recipients(session: Session, recipients: Iterable[str | None]) -> None:
    """Delete every message to these numbers and addresses, sent or waiting."""
    known = [one for one in recipients if one]
    if known:
        session.execute(sa.delete(Notice).where(Notice.recipient.in_(known)))


@contextmanager
def quiet(session: Session) -> Iterator[None]:
    """Tell nobody of what happens meanwhile: old orders are taken over, not placed."""
    session.info["quiet"] = True
    try:
        yield
    finally:
        del session.info["quiet"]


def render(template: str, lang: str, values: dict[str, Any]) -> tuple[str, str]:
    """Return subject and text of a message in a language."""
    text = _environment(lang).get_template(f"mail/{template}.txt").render(**values)
    subject, _, body = text.strip().partition("\n")
    return subject.strip(), body.strip() + "\n"


def send_due(
    maker: sessionmaker[Session], senders: dict[str, Sender], *, settings: Settings, now: datetime
) -> int:
    """Send what is due and return how many were sent; each at least once."""
    with maker() as session:
        due = session.scalars(
            sa.select(Notice)
            .where(Notice.sent_at.is_(None), Notice.dead_at.is_(None), Notice.due_at <= now)
            .order_by(Notice.due_at, Notice.id)
            .limit(100)
        ).all()
    names = {"market": settings.market_name, "public_url": settings.public_url}
    return sum(_send(maker, senders, notice, names, now) for notice in due)


def _send(
    maker: sessionmaker[Session],
    senders: dict[str, Sender],
    notice: Notice,
    names: dict[str, str],
    now: datetime,
) -> bool:
    """Send one notice outside of any transaction, then note the outcome."""
    error = None
    try:
        subject, text = render(notice.template, notice.lang, names | notice.values)
        senders[notice.channel].send(Message(notice.recipient, subject, text))
    except Exception as problem:  # noqa: BLE001 - whatever went wrong is kept and tried again
        error = f"{type(problem).__name__}: {problem}"
    with maker() as session, transaction(session):
        row = session.get_one(Notice, notice.id)
        if error is None:
            row.sent_at = now
        else:
            row.attempts += 1
            row.last_error = error
            row.due_at = now + back_off(row.attempts)
            row.dead_at = now if row.attempts >= MOST_ATTEMPTS else None
    return error is None


def back_off(attempts: int) -> timedelta:
    """Return how long to wait after so many failures: 10 s, 20 s, ... at most an hour."""
    # The ninth doubling is beyond the hour, whatever comes after it.
    return min(timedelta(seconds=10 * 2 ** min(attempts - 1, 9)), timedelta(hours=1))


@lru_cache
def _environment(lang: str) -> Environment:
    env = Environment(
        loader=FileSystemLoader(sorted(ROOT.glob("*/templates"))),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - plain text
    )
    found = Translations.load(ROOT / "translations", [lang])
    translations = found if isinstance(found, Translations) else NullTranslations()
    env.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    env.filters.update(
        vnd=money.format_vnd,
        local=lambda text: i18n.pick(text, lang),
        # What the house wrote itself, as a reason; nothing is the name of the catalogue's head.
        said=lambda text: translations.gettext(text) if text else "",
    )
    return env
