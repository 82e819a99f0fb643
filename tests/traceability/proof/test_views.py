"""The doors of the log: what programs and people are answered, and that nothing breaks them."""

import base64
import json

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import settings as wishes
from hypothesis import strategies as st

from kernel.actor import HOUSE
from kernel.db import transaction
from tests.traceability.land import Land
from tests.traceability.proof.log import NOW, Log, body
from traceability.models import Lot
from traceability.proof.merkle import verify_consistency, verify_inclusion
from traceability.proof.notes import (
    Checkpoint,
    Note,
    PublicKey,
    cosign,
    new_seed,
    public_of,
    read_checkpoint,
    read_note,
    sign_checkpoint,
)
from traceability.services.events import write_event
from traceability.services.proof.personal import harvested_by
from traceability.services.proof.signing import sign_when_due
from traceability.services.proof.witnessing import add_witness

ORIGIN, ROOT = "localhost/trace", "http://localhost"


@pytest.fixture
def traced(app, app_session):
    """A vendor's lot with five of eight events in a signed log; gives land and code."""
    land, log = Land(app_session), Log(app_session)
    code = app_session.get(Lot, land.harvest()).trace_code
    log.write(3)
    log.write(3, ref=f"{ROOT}/t/{code}")
    with transaction(app_session) as session:
        people = harvested_by(
            session, "Nguyễn Thị Hoa", vendor_id=land.vendor_id, actor=land.recorder
        )
        told = body(90, ref=f"{ROOT}/t/{code}", extensions=people)
        write_event(session, told, vendor_id=land.vendor_id, now=NOW)
    with transaction(app_session) as session:
        sign_when_due(session, origin=ORIGIN, office="", now=NOW)
    return land, code


def bytes_of(words):
    return [base64.b64decode(word) for word in words]


def test_the_checkpoint_lies_at_a_well_known_address(client, traced):
    answer = client.get("/.well-known/trace-checkpoint")
    assert answer.mimetype == "text/plain"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    point = read_checkpoint(read_note(answer.text).text)
    assert (point.origin, point.size) == (ORIGIN, 8)
    assert client.get("/.well-known/trace-checkpoint?size=8").text == answer.text
    assert client.get("/.well-known/trace-checkpoint?size=7").status_code == 404


def test_before_anything_is_signed_the_doors_say_so(client, app_land):
    code = app_land.session.get(Lot, app_land.harvest()).trace_code
    assert client.get("/.well-known/trace-checkpoint").status_code == 404
    assert client.get(f"/t/{code}/proof.json").status_code == 404
    assert client.get("/trace/log/keys").json == {"origin": ORIGIN, "keys": []}
    for url in (f"/t/{code}/proof", "/proof", "/verify-trace"):
        assert client.get(url).status_code == 200


def test_programs_get_proofs_that_hold(client, traced):
    _land, code = traced
    point = read_checkpoint(read_note(client.get("/.well-known/trace-checkpoint").text).text)
    event = client.get(f"/t/{code}/proof.json").json["events"][1]
    told = client.get("/trace/log/inclusion", query_string={"event": event["event_id"]}).json
    leaf, root = bytes_of([told["leaf"], told["root"]])
    assert (told["index"], told["size"], root) == ("4", "8", point.root)
    assert verify_inclusion(4, 8, leaf, bytes_of(told["proof"]), root)
    smaller = {"event": event["event_id"], "size": "5"}
    assert client.get("/trace/log/inclusion", query_string=smaller).json["size"] == "5"
    grown = client.get("/trace/log/consistency?from=3&to=8").json
    roots = bytes_of([grown["from_root"], grown["to_root"]])
    assert verify_consistency(3, 8, *roots, bytes_of(grown["proof"]))
    leaves = bytes_of(client.get("/trace/log/leaves?start=4&count=2").json["leaves"])
    assert (len(leaves), leaves[0]) == (2, leaf)
    assert client.get("/trace/log/leaves?start=8").json["leaves"] == []
    (listed,) = client.get("/trace/log/checkpoints").json["checkpoints"]
    assert listed["size"] == "8"


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/trace/log/consistency", 422),
        ("/trace/log/consistency?from=0&to=3", 422),
        ("/trace/log/consistency?from=5&to=3", 422),
        ("/trace/log/consistency?from=1&to=99", 422),
        ("/trace/log/consistency?from=-1&to=x", 422),
        ("/trace/log/consistency?from=1&to=99999999999999999999999", 422),
        ("/trace/log/inclusion", 404),
        ("/trace/log/inclusion?event=nothing", 404),
        ("/trace/log/leaves?start=½", 422),
        ("/.well-known/trace-checkpoint?size=x", 422),
        ("/t/NOSUCHLOT/proof.json", 404),
        ("/t/NOSUCHLOT/proof", 404),
        ("/t/no-code/proof", 400),
        ("/verify-trace?lot=no-code", 400),
    ],
)
def test_what_cannot_be_answered_is_refused_in_words(client, traced, url, status):
    answer = client.get(url)
    assert answer.status_code == status
    if url.startswith(("/trace/", "/.well-known/")):
        assert answer.mimetype == "application/problem+json"


@wishes(max_examples=60, deadline=None)
@given(name=st.sampled_from(["from", "to", "size", "event", "start", "count"]), text=st.text())
def test_no_question_breaks_the_doors(client, name, text):
    for door in ("consistency", "inclusion", "leaves"):
        asked = {"from": "1", "to": "1", "event": "x", name: text}
        assert client.get(f"/trace/log/{door}", query_string=asked).status_code < 500


@wishes(max_examples=40, deadline=None)
@given(data=st.binary(max_size=200))
def test_nor_does_anything_posted(client, data):
    assert client.post("/trace/log/witness", data=data).status_code in {404, 422, 429}


def test_a_witness_posts_its_cosignature(client, app_session, traced):
    seed = new_seed()
    key = PublicKey("witness.example.vn", public_of(seed)).as_witness
    with transaction(app_session) as session:
        add_witness(session, key.text, actor=HOUSE, now=NOW)
    note = read_note(client.get("/.well-known/trace-checkpoint").text)
    line = cosign(note, name=key.name, seed=seed, at=NOW)
    posted = Note(note.text, (*note.signatures, line)).whole.encode()
    assert client.post("/trace/log/witness", data=posted).status_code == 201
    assert client.post("/trace/log/witness", data=posted).status_code == 200
    assert client.get("/.well-known/trace-checkpoint").text == posted.decode()
    assert "witness.example.vn" in client.get("/proof").text


def test_a_bundle_is_a_file_without_names(client, traced):
    _land, code = traced
    answer = client.get(f"/t/{code}/proof.json")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="proof-{code}.json"'
    assert len(answer.json["events"]) == 5
    assert answer.json["events"][4]["opened"] == []


def test_its_vendor_gets_the_names(client, sign_in, traced):
    land, code = traced
    sign_in(vendor=land.vendor_id, vendor_roles=["recorder"])
    lot_id = land.session.scalar(sa.select(Lot.id).where(Lot.trace_code == code))
    answer = client.get(f"/work/{land.vendor_id}/farm/lots/{lot_id}/proof.json")
    (opened,) = answer.json["events"][4]["opened"]
    assert opened["value"] == "Nguyễn Thị Hoa"
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_the_page_of_a_lot_tells_what_is_proved_and_what_is_not(client, traced):
    _land, code = traced
    text = client.get(f"/t/{code}/proof?lang=en").text
    assert "5 events are in the signed log" in text
    assert "What it does not prove" in text
    assert f"/verify-trace?lot={code}" in text


# -- commands


@pytest.fixture
def files(client, traced, tmp_path):
    """A bundle and a checkpoint in files."""
    _land, code = traced
    bundle, point = tmp_path / "bundle.json", tmp_path / "point.txt"
    bundle.write_text(client.get(f"/t/{code}/proof.json").text)
    point.write_text(client.get("/.well-known/trace-checkpoint").text)
    return bundle, point


def test_the_command_verifies_a_file(app, files):
    bundle, point = files
    run = app.test_cli_runner().invoke
    done = run(args=["trace", "verify", str(bundle), "--checkpoint", str(point)])
    assert (done.exit_code, "as they were logged" in done.output) == (0, True)
    key = json.loads(bundle.read_text())["keys"][0]["key"]
    done = run(args=["trace", "verify", str(bundle), "--key", key])
    assert (done.exit_code, "came with the bundle" in done.output) == (0, False)
    done = run(args=["trace", "verify", str(bundle), "--origin", "other.example/trace"])
    assert (done.exit_code, "of another log" in done.output) == (1, True)


def test_the_command_names_the_event_that_was_changed(app, files):
    bundle, _point = files
    told = json.loads(bundle.read_text())
    told["events"][2]["body"] = told["events"][2]["body"].replace("KGM", "KGN")
    bundle.write_text(json.dumps(told))
    done = app.test_cli_runner().invoke(args=["trace", "verify", str(bundle)])
    assert done.exit_code == 1
    assert told["events"][2]["event_id"] in done.output


def test_the_command_raises_the_alarm_at_two_histories(app, app_session, files):
    bundle, point = files
    log = Log(app_session)
    log.attack(
        "UPDATE trace_event SET body = replace(body, '101', '999')", "DELETE FROM checkpoint"
    )
    log.rewrite()
    with transaction(app_session) as session:
        sign_when_due(session, origin=ORIGIN, office="", now=NOW)
    run = app.test_cli_runner().invoke
    assert run(args=["trace", "check"]).exit_code == 0
    done = run(args=["trace", "check", "--checkpoint", str(point)])
    assert (done.exit_code, "two histories" in done.output) == (1, True)
    fresh = app.test_client().get("/.well-known/trace-checkpoint").text
    point.write_text(fresh)
    done = run(args=["trace", "verify", str(bundle), "--checkpoint", str(point)])
    assert (done.exit_code, "Alarm" in done.output) == (3, True)


@pytest.mark.parametrize("origin", [ORIGIN, "other.example/trace"])
def test_a_checkpoint_of_a_stranger_is_no_alarm(app, files, origin):
    _bundle, point = files
    strange = sign_checkpoint(
        Checkpoint(origin, 8, bytes(32)), name=origin, seed=new_seed(), at=NOW
    )
    point.write_text(strange.whole)
    done = app.test_cli_runner().invoke(args=["trace", "check", "--checkpoint", str(point)])
    assert (done.exit_code, "two histories" in done.output) == (2, False)


def test_what_cannot_be_read_ends_with_two(app, tmp_path):
    odd = tmp_path / "odd.json"
    odd.write_bytes(b"\xff\xfe")
    run = app.test_cli_runner().invoke
    assert run(args=["trace", "verify", str(odd)]).exit_code == 2
    odd.write_text("{}")
    assert run(args=["trace", "verify", str(odd)]).exit_code == 2
    assert run(args=["trace", "check", "--checkpoint", str(odd)]).exit_code == 2
    assert run(args=["trace", "verify", str(tmp_path / "none")]).exit_code == 2


def test_the_commands_for_keys_and_witnesses(app, app_session, traced):
    run = app.test_cli_runner().invoke
    assert run(args=["trace", "check"]).output == "The log is whole: 8 events.\n"
    changed = run(args=["trace", "rotate-key"]).output
    assert read_checkpoint(read_note(changed.removesuffix("\n")).text).size == 8
    assert run(args=["trace", "keys"]).output.count("\n") == 2
    key = PublicKey("w.example", public_of(new_seed())).as_witness.text
    assert run(args=["trace", "add-witness", key]).exit_code == 0
    assert run(args=["trace", "add-witness", "nonsense"]).exit_code == 1
    assert run(args=["trace", "adopt"]).output == "Events taken into the log: 0.\n"
