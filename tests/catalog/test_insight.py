"""The office looks into search, keeps other words, and what the market counts of searches."""

import re
import time
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from catalog.models import SearchCount, Synonym
from catalog.search.engine import SearchEngine
from catalog.search.ranking import SIGNALS
from catalog.services.indexing import rebuild_index
from catalog.services.synonyms import seed_synonyms
from kernel import jobs
from kernel.actor import HOUSE
from kernel.db import transaction
from shop import worker
from shop.factory import create_app
from shop.tally import MOST_A_VISITOR, SEARCHED, Tally
from tests.catalog.shelves import add, open_shelves
from tests.conftest import post

BROWSER = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"
DAY = date(2026, 11, 23)


@pytest.fixture
def engine(app):
    return app.extensions[SearchEngine.__qualname__]


@pytest.fixture
def session(app_session, engine, now):
    """A market that sells lychees, honey and pomelos."""
    open_shelves(app_session, now)
    with transaction(app_session):
        seed_synonyms(app_session, actor=HOUSE, now=now)
    add(app_session, now)
    add(app_session, now, "MAT", category="mat-ong-do-uong", title={"vi": "Mật ong hoa vải"})
    add(app_session, now, "BUOI", title={"vi": "Bưởi đào", "en": "Pomelo"})
    rebuild_index(app_session, engine, now=now)
    return app_session


@pytest.fixture
def browse(client):
    """Look at a page as a browser does; ``came`` is where the link stood."""

    def look(url, came="", agent=BROWSER, **more):
        headers = {"User-Agent": agent, **({"Referer": f"http://localhost{came}"} if came else {})}
        return client.get(url, headers=headers | more)

    return look


@pytest.fixture
def log(app, settings, session):
    """Have the worker count what the web process has seen; return the rows of the log."""
    queue = jobs.open_queue(settings)
    counting = worker.counting(app.extensions["sessionmaker"], app.extensions["SearchEngine"])
    jobs.teach(queue, look=lambda: None, jobs=[], heard={SEARCHED: counting})

    def rows():
        app.extensions["Tally"].send()
        while task := queue.dequeue():
            queue.execute(task)
        session.rollback()
        found = session.scalars(sa.select(SearchCount).order_by(SearchCount.words))
        return [
            (one.lang, one.words, one.searches, one.zeros, one.clicks, one.positions)
            for one in found
        ]

    return rows


def text(answer):
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def count(session, words, *, zeros=0, searches=1, clicks=0, day=DAY):
    with transaction(session):
        session.add(
            SearchCount(
                day=day,
                lang="vi",
                words=words,
                searches=searches,
                zeros=zeros,
                clicks=clicks,
                positions=clicks * 2,
            )
        )


# What is counted, and what is not


def test_a_search_and_what_is_opened_of_it_are_counted_without_anybody_noticing(
    session, browse, log, client
):
    browse("/search?q=vải")
    browse("/search?q=kim+cương&lang=en")
    browse("/l/VAI/vai-thieu-thanh-ha?lang=vi", came="/search?q=v%E1%BA%A3i")
    assert log() == [("en", "kim cuong", 1, 1, 0, 0), ("vi", "vai", 1, 0, 1, 1)]


def test_looking_at_a_page_writes_nothing(app, session, browse):
    watcher = app.extensions["sessionmaker"].kw["bind"].raw_connection()
    before = watcher.execute("PRAGMA data_version").fetchone()
    browse("/search?q=vải")
    browse("/l/VAI/vai-thieu-thanh-ha", came="/search?q=vải")
    assert watcher.execute("PRAGMA data_version").fetchone() == before
    watcher.close()


@pytest.mark.parametrize(
    "url",
    [
        "/search",
        "/search?q=",
        "/search?q=v%E1%BA%A3i&page=2",
        "/search?q=v%E1%BA%A3i&kind=produce",
        "/search?q=v%E1%BA%A3i&season=1",
        "/search?q=v%E1%BA%A3i&sort=price_up",
        "/search?q=0912+345+678",
        "/search?q=lan%40example.vn",
        "/search/suggest?q=v%E1%BA%A3i",
    ],
)
def test_only_the_first_page_of_plain_words_that_are_about_nobody_counts(browse, log, url):
    browse(url)
    assert log() == []


def test_empty_fields_of_the_form_narrow_nothing(browse, log):
    browse("/search?q=v%E1%BA%A3i&sort=relevance&price_to=&page=1")
    assert log() == [("vi", "vai", 1, 0, 0, 0)]


@pytest.mark.parametrize(
    "wishes",
    [
        {"agent": "Mozilla/5.0 (compatible; bingbot/2.0)"},
        {"agent": ""},
        {"Sec-Purpose": "prefetch;prerender"},
    ],
)
def test_bots_and_pages_nobody_asked_for_are_not_counted(browse, log, wishes):
    browse("/search?q=vải", **wishes)
    browse("/l/VAI/vai-thieu-thanh-ha", came="/search?q=vải", **wishes)
    assert log() == []


@pytest.mark.parametrize(
    "came",
    [
        "",
        "/c/trai-cay",
        "/search",
        "/search?q=v%E1%BA%A3i&kind=produce",
        "/search?q=m%E1%BA%ADt+ong",
        "/search?q=kim+c%C6%B0%C6%A1ng",
        "/search?" + "&".join(f"a{n}=1" for n in range(50)),
    ],
)
def test_a_listing_that_was_opened_from_elsewhere_is_no_click(browse, log, came):
    browse("/l/BUOI/buoi-dao", came=came)
    assert log() == []


def test_another_site_that_looks_like_the_search_is_not_believed(browse, log, client):
    client.get(
        "/l/VAI/vai-thieu-thanh-ha",
        headers={"User-Agent": BROWSER, "Referer": "https://evil.example/search?q=vải"},
    )
    client.get("/l/VAI/vai-thieu-thanh-ha", headers={"Referer": "http://[", "User-Agent": BROWSER})
    assert log() == []


def test_one_visitor_counts_once_a_minute_and_not_for_everything(browse, log):
    for _ in range(5):
        browse("/search?q=vải")
    assert log() == [("vi", "vai", 1, 0, 0, 0)]
    for number in range(MOST_A_VISITOR + 5):
        browse(f"/search?q=b%C6%B0%E1%BB%9Fi+{number:03}")
    assert len(log()) == MOST_A_VISITOR


def test_sums_are_handed_over_by_themselves(now):
    from catalog.rules.searching import Note

    told = []
    tally = Tally(told.append)
    note = Note(DAY, "vi", "vải")
    tally.add(note, by="1.2.3.4")
    tally.add(note, by="1.2.3.4")
    tally.add(note, by="5.6.7.8")
    end = time.monotonic() + 10
    while not told and time.monotonic() < end:
        time.sleep(0.05)
    assert told == [{note: 2}]
    tally.send()
    assert told == [{note: 2}]


# Why it stands there


def test_an_officer_sees_what_was_understood_and_what_points_are_for(session, client, sign_in):
    sign_in(roles=["statistics"])
    client.get("/?lang=en")
    shown = text(client.get("/office/search?q=vair+thieeuf&page_lang=vi"))
    assert "<b>vải thiều</b>" in shown
    assert "<code>vai_r</code> <code>thieu_6f</code>" in shown
    assert 'href="/l/VAI">Thanh Ha lychee</a>' in shown
    for key in ("name", "marks", "together"):
        words = next(one.words for one in SIGNALS if one.key == key)
        assert f"<span>{words}</span><meter" in shown
    assert "Not shown now" not in shown


def test_other_words_are_told_apart_and_no_words_mean_everything(session, client, sign_in):
    sign_in(roles=["reviewer"])
    client.get("/?lang=en")
    shown = text(client.get("/office/search?q=th%C6%A1m"))
    assert "<b>dứa</b> <span" in shown
    assert "the same in other words" in shown
    assert "There are no words in it" in text(client.get("/office/search?q=!!!"))
    assert "Nothing found." in text(client.get("/office/search?q=vải&kind=craft"))
    assert client.get(f"/office/search?q={'x' * 201}").status_code == 422
    assert client.get("/office/search?q=vải&page_lang=xx").status_code == 422


def test_two_listings_are_compared_by_their_codes(session, client, sign_in):
    sign_in(roles=["approver"])
    client.get("/?lang=en")
    shown = text(client.get("/office/search?q=vải+thiều&first=vai&second=MAT"))
    assert any(f"They differ most in this: {one.words}." in shown for one in SIGNALS)
    assert "Position 1" in shown
    assert "One of the two codes" in text(client.get("/office/search?q=vải&first=VAI&second=NO"))
    alike = text(client.get("/office/search?q=vải&first=VAI&second=vai"))
    assert "They have the same points" in alike


def test_without_an_engine_the_office_is_told(app, client, sign_in, now):
    sign_in(roles=["reviewer"])
    client.get("/?lang=en")
    assert "does not answer just now" in text(client.get("/office/search?q=vải"))


# Reports


def test_the_report_shows_what_found_nothing_and_what_it_finds_by_now(session, client, sign_in):
    count(session, "le chi", searches=4, zeros=4)
    count(session, "vai", searches=9, zeros=2, clicks=0)
    count(session, "cu", searches=3, zeros=3, day=DAY - timedelta(days=40))
    sign_in(roles=["reviewer"])
    shown = text(client.get("/office/search/report?lang=en"))
    assert '<th scope="row">le chi</th> <td>VI</td>' in shown
    assert "/office/synonyms/new?typed=le+chi&amp;words_lang=vi" in shown
    assert '<th scope="row">cu</th>' not in shown
    assert '<span class="tag tag-leaf">2</span>' in shown
    few = text(client.get("/office/search/report?view=few_clicks"))
    assert ('<th scope="row">vai</th>' in few, '<th scope="row">le chi</th>' in few) == (
        True,
        False,
    )
    assert "/office/synonyms/new" not in text(client.get("/office/search/report?view=wanted"))


def test_the_report_is_handed_out_as_a_table(session, client, sign_in):
    count(session, "le chi", searches=4, zeros=4)
    count(session, "vai", searches=8, clicks=2)
    sign_in(roles=["statistics"])
    client.get("/?lang=en")
    answer = client.get("/office/search/report.csv?view=wanted&first=2026-11-01&last=2026-11-30")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "tim-kiem-wanted-20261101-20261130.csv" in answer.headers["Content-Disposition"]
    assert answer.get_data(as_text=True).lstrip("\ufeff").splitlines() == [
        "Words,Language of the page,Searches,Found nothing,Opened,"
        '"Opened, percent",Mean place,Last day',
        "vai,vi,8,0,2,25.0,2.0,2026-11-23",
        "le chi,vi,4,4,0,,,2026-11-23",
    ]


@pytest.mark.parametrize("page", ["report", "report.csv"])
@pytest.mark.parametrize(
    "asked", ["first=nonsense", "first=2026-11-30&last=2026-11-01", "first=2020-01-01", "view=xx"]
)
def test_a_period_that_cannot_be_is_told_and_breaks_nothing(session, client, sign_in, page, asked):
    sign_in(roles=["statistics"])
    answer = client.get(f"/office/search/{page}?{asked}")
    assert answer.status_code == 422
    assert "field-error" in text(answer)


# Other words


WISH = {"typed": "lệ chi", "others": "vải thiều", "kind": "two_way", "lang": "vi", "note": "cổ"}


def test_what_found_nothing_is_helped_with_one_entry_and_found_by_every_process_at_once(
    session, browse, log, client, sign_in, settings
):
    elsewhere = create_app(settings).test_client()

    def is_found(who):
        return "/l/VAI/" in who.get("/search?q=l%E1%BB%87+chi").get_data(as_text=True)

    browse("/search?q=l%E1%BB%87+chi")
    assert log() == [("vi", "le chi", 1, 1, 0, 0)]
    assert (is_found(client), is_found(elsewhere)) == (False, False)
    sign_in(roles=["reviewer"])
    way = re.search(r'"(/office/synonyms/new\?[^"]+)"', text(client.get("/office/search/report")))
    form = way[1].replace("&amp;", "&")
    assert 'value="le chi"' in text(client.get(form))
    answer = post(client, "/office/synonyms/new", WISH, form=form)
    assert answer.status_code == 303
    assert (is_found(client), is_found(elsewhere)) == (True, True)
    post(client, f"{answer.location}/switch", {"active": "off", "version": 1}, form=answer.location)
    assert (is_found(client), is_found(elsewhere)) == (False, False)


def test_a_preview_shows_what_would_be_found_and_saves_nothing(session, client, sign_in):
    sign_in(roles=["reviewer"])
    client.get("/?lang=en")
    before = session.scalar(sa.select(sa.func.count()).select_from(Synonym))
    shown = text(post(client, "/office/synonyms/new", WISH | {"do": "preview"}))
    cells = re.search(r'<th scope="row">lệ chi</th>((?: <td class="amount">\d+</td>)+)', shown)
    before_it, with_it = map(int, re.findall(r"\d+", cells[1]))
    assert (before_it, with_it > 0) == (0, True)
    assert "Thanh Ha lychee" in shown
    assert 'value="lệ chi"' in shown
    session.rollback()
    assert session.scalar(sa.select(sa.func.count()).select_from(Synonym)) == before


@pytest.mark.parametrize("do", ["", "preview"])
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"typed": ""}, "Please fill in this field."),
        ({"others": ""}, "Please fill in this field."),
        ({"typed": "!!"}, "Write a word of letters or numbers."),
        ({"others": "Lệ Chi"}, "“lệ chi” stands there twice."),
        ({"others": "một hai ba bốn"}, "“một hai ba bốn” is too long: at most 3 syllables."),
        ({"kind": "sideways"}, "Not a valid choice"),
        ({"typed": "thơm", "others": "dứa"}, "means “dứa” already: dứa, thơm, khóm."),
    ],
)
def test_a_wrong_entry_is_refused_on_its_field(session, client, sign_in, do, wrong, said):
    sign_in(roles=["approver"])
    client.get("/?lang=en")
    answer = post(client, "/office/synonyms/new", WISH | {"do": do} | wrong)
    assert answer.status_code == 422
    assert said in text(answer)


def test_an_entry_is_changed_with_its_history_and_not_by_who_looked_too_early(
    session, client, sign_in
):
    sign_in(roles=["reviewer"], name="Cô Mai")
    client.get("/?lang=en")
    page = post(client, "/office/synonyms/new", WISH).location
    changed = post(client, page, WISH | {"others": "vải", "kind": "one_way", "version": 1})
    assert (changed.status_code, changed.location) == (303, page)
    late = post(client, page, WISH | {"version": 1})
    assert late.status_code == 409
    assert "A colleague has changed this entry meanwhile." in text(late)
    shown = text(client.get(page))
    assert shown.count("Cô Mai") == 2
    assert "lệ chi, vải thiều" in shown
    late = post(client, f"{page}/switch", {"active": "off", "version": 1}, form=page)
    assert late.status_code == 409
    listed = text(client.get("/office/synonyms?words=le+chi"))
    assert "lệ chi → vải</a>" in listed
    assert "No entry is like that." in text(client.get("/office/synonyms?active=off"))


def test_what_is_not_there_is_not_found_and_readers_cannot_enter(session, client, sign_in):
    sign_in(roles=["statistics"])
    session.rollback()
    row = session.scalars(sa.select(Synonym.id)).first()
    assert client.get("/office/synonyms/none").status_code == 404
    assert client.get("/office/synonyms/new").status_code == 403
    shown = text(client.get(f"/office/synonyms/{row}?lang=en"))
    assert "What would be found?" not in shown
    assert "History" in shown
