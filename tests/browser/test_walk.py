"""The whole walk: from an application to a paid order, a scanned bag and two seats on a visit."""

from datetime import date
from pathlib import Path

import pytest

from kernel import clock
from tests.browser.buyers import Buyer, Contact
from tests.browser.conftest import DESK, PHONE
from tests.browser.scene import Scene
from tests.browser.sellers import Cooperative, Host, Officer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-walk")]

WORDS = {
    "vi": {
        "person": "Nguyễn Thị Mận",
        "contact": "man@baitrang.example",
        "vendor": "HTX Chuối ngự Bãi Trăng",
        "tax_code": "0801234560",
        "phone": "0912 345 601",
        "address": "Thôn Bãi Trăng",
        "asked": "Bạn gửi thêm bản cam kết an toàn thực phẩm nhé.",
        "farm": "Vườn Bãi Trăng",
        "story": "Bãi bồi ven sông Thái Bình, chuối ngự trồng xen ổi.",
        "plot": "Ruộng cạnh đê",
        "crop": "Chuối ngự",
        "note": "Bao buồng bằng túi giấy",
        "shelf": "Trái cây",
        "typed": "chuoi ngu bai trang",
        "title_vi": "Chuối ngự Bãi Trăng",
        "title_en": "Moon bank royal banana",
        "summary_vi": "Quả nhỏ, vỏ mỏng, thơm đậm, chín cây.",
        "summary_en": "Small, thin-skinned, fragrant, ripened on the plant.",
        "visit_typed": "hai oi bai giua",
        "visit": "Hái ổi trái vụ ở Bãi Giữa",
        "point": "Điểm nhận chợ Phú Yên",
        "review": "Chuối thơm, gói kỹ, đúng hẹn.",
    },
    "en": {
        "person": "Trần Văn Sen",
        "contact": "sen@langxa.example",
        "vendor": "HTX Ổi găng Làng Xa",
        "tax_code": "0807654321",
        "phone": "0912 345 602",
        "address": "Thôn Làng Xa",
        "asked": "Please add your food-safety commitment.",
        "farm": "Vườn Làng Xa",
        "story": "Guava on the dyke of the Thái Bình river since 1998.",
        "plot": "By the pond",
        "crop": "Ổi găng",
        "note": "Bagged every fruit in paper",
        "shelf": "Fruit",
        "typed": "oi gang lang xa",
        "title_vi": "Ổi găng Làng Xa",
        "title_en": "Crisp guava of Làng Xa",
        "summary_vi": "Giòn, ít hạt, ngọt thanh.",
        "summary_en": "Crisp, few seeds, gently sweet.",
        "visit_typed": "hai oi bai giua",
        "visit": "Pick off-season guava at Bãi Giữa",
        "point": "Phú Yên market point",
        "review": "Fresh, well packed and on time.",
    },
}
SCENES = {"vi-phone": ("vi", PHONE), "en-wide": ("en", DESK)}


@pytest.fixture(params=list(SCENES))
def scene(request, open_browser, tmp_path, instance: Path) -> Scene:
    lang, size = SCENES[request.param]
    return Scene(
        name=request.param,
        lang=lang,
        size=size,
        open_browser=open_browser,
        folder=tmp_path,
        instance=instance,
    )


def test_the_whole_walk(scene):
    with scene:
        walk(scene)


def walk(scene: Scene) -> None:
    lang = scene.lang
    words = WORDS[lang] | {key: WORDS[lang][f"{key}_{lang}"] for key in ("title", "summary")}
    seller, approver = Cooperative(scene, words, today()), Officer(scene)

    apply(seller)
    ask_for_more(seller, scene)
    approve(seller, approver, scene)
    grow_and_offer(seller)
    approver.approve_listing(words["title"])

    guest_pays_by_card_and_books_seats(seller, scene)
    buyer_pays_by_transfer(seller, scene)
    buyer_collects_and_pays_cash(seller, scene)
    somebody_scans_the_bag(seller, scene)


def today() -> date:
    return clock.local_date(clock.now())


def apply(seller: Cooperative) -> None:
    seller.sign_up()
    seller.tell_who()
    seller.tell_person()
    seller.tell_where()
    seller.hand_in_papers()


def ask_for_more(seller: Cooperative, scene: Scene) -> None:
    reviewer, asked = Officer(scene), seller.words["asked"]
    reviewer.arrive("thamdinh@chophien.example")
    reviewer.open_dossier(seller.words["vendor"])
    reviewer.take()
    reviewer.ask_for(asked)
    scene.wait_for_message(seller.words["contact"], asked)
    seller.answer(asked)


def approve(seller: Cooperative, approver: Officer, scene: Scene) -> None:
    approver.arrive("pheduyet@chophien.example")
    approver.open_dossier(seller.words["vendor"])
    approver.take()
    approver.approve_vendor()
    seller.learn_of_approval()
    scene.wait_for_message(seller.words["contact"], f"/apply/{seller.vendor_id}")


def grow_and_offer(seller: Cooperative) -> None:
    seller.record_farm()
    seller.write_diary()
    seller.harvest()
    seller.write_listing()
    seller.add_photo()
    seller.fill_stock()
    seller.submit_listing()


def guest_pays_by_card_and_books_seats(seller: Cooperative, scene: Scene) -> None:
    words = seller.words
    guest = Buyer(scene, Contact("Emma Collins", "0987 654 301", "emma.guest@example.com"))
    guest.find(words["typed"], words["title"])
    guest.keep("listing")
    guest.take_pack("5 kg", "1")
    guest.find(words["visit_typed"], words["visit"])
    day = guest.book_seats()
    guest.go_to_checkout(words["title"], words["visit"])
    guest.give_contact()
    guest.have_delivered("12 Bạch Đằng")
    guest.review("card", "200.000 ₫")
    total = guest.total()
    guest.place("Order and pay %(total)s", total)
    guest.pay_by_card(total)
    host = Host(scene)
    host.sign_in("thang@chophien.example")
    host.expect_guests("Emma Collins", guest.booking_code(), day)


def buyer_pays_by_transfer(seller: Cooperative, scene: Scene) -> None:
    buyer = Buyer(scene, Contact("Lê Thị Hoa", "0987 654 302"))
    buyer.find(seller.words["typed"], seller.words["title"])
    buyer.take_pack("1 kg", "3")
    buyer.go_to_checkout(seller.words["title"], "135.000 ₫")
    buyer.give_contact()
    buyer.collect(seller.words["point"])
    buyer.review("vietqr", "135.000 ₫")
    buyer.place("Order and pay %(total)s", "135.000 ₫")
    buyer.note_order()
    memo = buyer.read_vietqr(135_000)
    finance = Officer(scene)
    finance.arrive("taichinh@chophien.example")
    finance.confirm_transfer(memo, "135.000 ₫")
    buyer.see_paid()


def buyer_collects_and_pays_cash(seller: Cooperative, scene: Scene) -> None:
    words = seller.words
    buyer = Buyer(scene, Contact("Nguyễn Minh Anh", "0987 654 303"))
    buyer.sign_in("minhanh@chophien.example")
    buyer.find(words["typed"], words["title"])
    buyer.take_pack("1 kg", "2")
    buyer.go_to_checkout(words["title"], "90.000 ₫")
    buyer.give_contact()
    buyer.collect(words["point"])
    buyer.review("cod", "90.000 ₫")
    buyer.place("Order, pay %(total)s in cash", "90.000 ₫")
    buyer.note_order()
    buyer.reads("Waiting for the seller to confirm.")
    buyer.keep("order-cod")
    seller.open_order("Nguyễn Minh Anh")
    for action, told in (
        ("Confirm the order", "The seller is preparing your order."),
        ("Order packed", "Packed and about to leave."),
        ("Ready to collect", "Ready: you can collect it now."),
        ("Delivered", "You have received everything."),
    ):
        seller.press(action)
        buyer.see_state(told)
    seller.keep("vendor-order")
    buyer.keep("order-delivered")
    buyer.write_review(words["title"], words["review"])
    buyer.find(words["typed"], words["title"])
    buyer.sees(words["review"])
    buyer.keep("listing-review")


def somebody_scans_the_bag(seller: Cooperative, scene: Scene) -> None:
    words = seller.words
    shopper = Buyer(scene, Contact("", ""))
    shopper.scan(seller.print_label())
    shopper.sees(words["farm"], words["crop"], seller.shown(-1), words["note"])
    shopper.sees("Trichoderma 3.2 WP", words["story"], words["title"])
    shopper.keep("lot-public")
