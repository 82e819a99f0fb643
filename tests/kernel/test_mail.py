"""Messages wait in the database and are sent at least once."""

import socketserver
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from kernel import mail
from kernel.db import transaction
from kernel.mail import Address, FileSender, Message, Notice, Sender, SmtpSender
from kernel.settings import Settings


class Broken(Sender):
    def send(self, message):
        raise OSError("line is down")


@pytest.fixture
def market(tmp_path):
    return Settings(market_env="demo", instance_path=tmp_path, secret_key="s")


@pytest.fixture(autouse=True)
def templates(tmp_path, monkeypatch):
    """A house with one message of its own."""
    folder = tmp_path / "house" / "bells" / "templates" / "mail" / "bells"
    folder.mkdir(parents=True)
    (folder / "rang.txt").write_text("{{ market }}: {{ tower }}\n\n{{ price | vnd }}\n")
    monkeypatch.setattr(mail, "ROOT", tmp_path / "house")
    mail._environment.cache_clear()
    yield
    mail._environment.cache_clear()


def ring(maker, now, to):
    with maker() as session, transaction(session):
        mail.notify(session, "bells/rang", to=to, now=now, tower="north", price=45_000)


def notice(maker):
    with maker() as session:
        return session.scalars(select(Notice)).one()


def test_a_message_is_rendered_when_it_is_sent_and_sent_once(maker, now, market):
    ring(maker, now, Address(email="a@example.vn"))
    senders = mail.open_senders(market)
    assert mail.send_due(maker, senders, settings=market, now=now) == 1
    assert mail.send_due(maker, senders, settings=market, now=now) == 0
    sent = (market.instance_path / "outbox" / "email.txt").read_text()
    assert "To: a@example.vn\nSubject: Chợ Phiên: north\n\n45.000\u00a0₫\n" in sent


def test_who_has_no_e_mail_gets_a_text_message(maker, now, market):
    ring(maker, now, Address(phone="+84912345678"))
    mail.send_due(maker, mail.open_senders(market), settings=market, now=now)
    assert "+84912345678" in (market.instance_path / "outbox" / "sms.txt").read_text()


def test_who_cannot_be_reached_gets_nothing(maker, now):
    ring(maker, now, Address())
    with maker() as session:
        assert session.scalars(select(Notice)).all() == []


def test_a_message_that_cannot_be_sent_is_tried_again_and_laid_aside_at_last(maker, now, market):
    ring(maker, now, Address(email="a@example.vn"))
    later = now
    assert mail.send_due(maker, {"email": Broken()}, settings=market, now=now) == 0
    assert notice(maker).last_error == "OSError: line is down"
    assert notice(maker).due_at == now + timedelta(seconds=10)
    for _ in range(mail.MOST_ATTEMPTS - 1):
        later += timedelta(hours=2)
        mail.send_due(maker, {"email": Broken()}, settings=market, now=later)
    assert notice(maker).dead_at == later
    senders = {"email": FileSender(market.instance_path / "x.txt")}
    assert mail.send_due(maker, senders, settings=market, now=later + timedelta(days=1)) == 0


def test_waiting_grows_and_ends_at_an_hour():
    assert [mail.back_off(n).total_seconds() for n in (1, 2, 3, 20)] == [10, 20, 40, 3600]


class _Post(socketserver.StreamRequestHandler):
    """As much of an SMTP server as one delivery needs."""

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        text = False
        for line in self.rfile:
            if text:
                self.server.lines.append(line)
                if line == b".\r\n":
                    text = False
                    self.wfile.write(b"250 kept\r\n")
            elif line.upper().startswith(b"DATA"):
                text = True
                self.wfile.write(b"354 go on\r\n")
            elif line.upper().startswith(b"QUIT"):
                self.wfile.write(b"221 goodbye\r\n")
                return
            else:
                self.wfile.write(b"250 fine\r\n")


def test_e_mail_goes_out_by_smtp(tmp_path):
    with socketserver.TCPServer(("127.0.0.1", 0), _Post) as server:
        server.lines = []
        threading.Thread(target=server.handle_request, daemon=True).start()
        settings = Settings(
            market_env="demo",
            instance_path=tmp_path,
            secret_key="s",
            smtp_host="127.0.0.1",
            smtp_port=server.server_address[1],
            smtp_tls=False,
        )
        SmtpSender(settings).send(Message("a@example.vn", "Đơn hàng", "Xin chào\n"))
    assert b"To: a@example.vn\r\n" in server.lines
