"""Nothing that is private of one vendor is ever in an answer to somebody of another."""

import io
import zipfile
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from kernel import clock
from tests.conftest import NOW
from tests.test_access import WORDS
from tests.vendors.secrets import Secrets, plant
from tests.world import VENDOR_ROLES, World, build_world

ASKERS = (*(f"{role} of A" for role in VENDOR_ROLES), "other buyer", "guest")
# What a shelf, a code or a table of several things may be called in an address.
EXTRA = {
    "paper_id": ("paper_id", "card_id"),
    "document_id": ("document_id", "draft_id"),
    "code": ("goods_code", "visit_code", "hidden_code", "trace_code", "draft_code", "group_code"),
}
# Shown to everybody by their address alone: what is public, and what its secret key opens.
ASKED = ("", "?lang=en", "?q={word}", "?page=2", "?paper={card_id}", "?state=all&q={word}")


@pytest.fixture(scope="module")
def planted(sqlite_template, tmp_path_factory) -> Iterator[tuple[World, Secrets]]:
    with clock.fixed(NOW):
        world = build_world(sqlite_template, tmp_path_factory.mktemp("secrets"))
        yield world, plant(world, "B")
        world.close()


def routes(world: World) -> list[Rule]:
    rules = [rule for rule in world.app.url_map.iter_rules() if "GET" in rule.methods]
    return sorted(rules, key=lambda rule: rule.rule)


def names_of(rule: Rule, argument: str) -> tuple[str, ...]:
    """Return by which names of the world's ids an argument of an address may be filled."""
    words = WORDS.get(rule.endpoint.split(".")[0], {}) | WORDS.get(rule.endpoint, {})
    usual = words.get(argument, argument)
    return (usual, *(name for name in EXTRA.get(argument, ()) if name != usual))


def address(world: World, rule: Rule, values: dict[str, str]) -> str:
    with world.app.test_request_context():
        return str(rule.build(values, append_unknown=False)[1])


def text_of(answer: TestResponse) -> bytes:
    """Return all that an answer says: headers, body, and the files of an archive."""
    said = str(answer.headers).encode() + answer.data
    if answer.mimetype == "application/zip":
        with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            said += b"".join(archive.read(name) + name.encode() for name in archive.namelist())
    return said


def ask(world: World, name: str, url: str) -> TestResponse:
    with clock.fixed(NOW):
        answer = world.ask(world.people[name], "GET", url, {})
    world.put_back()
    return answer


def fill(world: World, rule: Rule, pick: dict[str, str], *, of: str = "B") -> dict[str, str]:
    """Return the values of an address, all of one vendor."""
    ids = world.ids[of] | {"user_id": world.people[f"owner of {of}"].user_id}
    return {
        argument: ids.get(
            pick.get(argument, names_of(rule, argument)[0]), names_of(rule, argument)[0]
        )
        for argument in rule.arguments
    }


@pytest.mark.parametrize("name", ASKERS)
def test_no_page_of_a_vendor_tells_somebody_of_another_what_is_private(planted, name):
    world, secrets = planted
    told = []
    for rule in routes(world):
        picks: list[dict[str, str]] = [{}]
        for argument in rule.arguments & EXTRA.keys():
            picks += [{argument: other} for other in names_of(rule, argument)[1:]]
        for pick in picks:
            url = address(world, rule, fill(world, rule, pick))
            answer = ask(world, name, url)
            assert answer.status_code < 500, url
            told += [f"{name} reads {place} at {url}" for place in secrets.found(text_of(answer))]
    assert told == []


@settings(
    max_examples=250,
    deadline=None,
    derandomize=True,
)
@given(data=st.data())
def test_no_mixture_of_addresses_opens_a_way_around(planted, data):
    world, secrets = planted
    rule = data.draw(st.sampled_from([rule for rule in routes(world) if rule.arguments]))
    values = {
        argument: data.draw(
            st.sampled_from(
                [
                    fill(world, rule, {argument: other}, of=letter)[argument]
                    for letter in "AB"
                    for other in names_of(rule, argument)
                ]
            )
        )
        for argument in sorted(rule.arguments)
    }
    word = secrets.words[data.draw(st.sampled_from(sorted(secrets.words)))]
    asked = data.draw(st.sampled_from(ASKED)).format(word=word[:6], **world.ids["B"])
    name = data.draw(st.sampled_from(ASKERS))
    answer = ask(world, name, address(world, rule, values) + asked)
    assert answer.status_code < 500
    assert secrets.found(text_of(answer)) == []


def test_the_words_are_there_for_whom_they_are(planted):
    """The control: what nobody of A ever read is on the pages of B and of the office."""
    world, secrets = planted
    seen: set[str] = set()
    for name in ("owner of B", "reviewer"):
        for rule in routes(world):
            for pick in [{}, {"document_id": "draft_id"}, {"code": "hidden_code"}]:
                url = address(world, rule, fill(world, rule, pick))
                seen |= set(secrets.found(text_of(ask(world, name, url))))
    assert len(seen) >= 20, sorted(secrets.words.keys() - seen)
    assert {"reason", "paper", "number", "draft", "buyer", "draft title", "invited"} <= seen
