"""Who may do what: one table, and everybody at every door of the house."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from werkzeug.routing import Rule

from accounts.models import SignIn
from kernel import clock
from tests.conftest import NOW, TOKEN
from tests.world import OFFICE_ROLES, PAPER, VENDOR_ROLES, Person, World, build_world

GUARDS = {
    "about.ranking": "public",
    "about.show": "public",
    "accounts.act_on": "needs:operator,approver",
    "accounts.ask": "signed_in",
    "accounts.ask_as_guest": "public",
    "accounts.change_contact": "signed_in",
    "accounts.change_password": "signed_in",
    "accounts.change_profile": "signed_in",
    "accounts.confirm_contact": "public",
    "accounts.delete_account": "signed_in",
    "accounts.end_device": "signed_in",
    "accounts.end_devices": "signed_in",
    "accounts.enrol_app": "signed_in",
    "accounts.enrol_passkey": "signed_in",
    "accounts.forgot": "public",
    "accounts.give_consent": "signed_in",
    "accounts.remove_app": "signed_in",
    "accounts.remove_passkey": "signed_in",
    "accounts.renew_codes": "signed_in",
    "accounts.reset": "public",
    "accounts.show_app": "signed_in",
    "accounts.show_contact": "public",
    "accounts.show_delete": "signed_in",
    "accounts.show_devices": "signed_in",
    "accounts.show_forgot": "public",
    "accounts.show_guest_request": "public",
    "accounts.show_me": "signed_in",
    "accounts.show_passkey": "signed_in",
    "accounts.show_password": "signed_in",
    "accounts.show_privacy": "signed_in",
    "accounts.show_profile": "signed_in",
    "accounts.show_remove_app": "signed_in",
    "accounts.show_remove_passkey": "signed_in",
    "accounts.show_renew_codes": "signed_in",
    "accounts.show_request": "needs:operator,approver",
    "accounts.show_requests": "needs:operator,approver",
    "accounts.show_reset": "public",
    "accounts.show_second_factors": "signed_in",
    "accounts.show_second_step": "public",
    "accounts.show_sign_in": "public",
    "accounts.show_sign_up": "public",
    "accounts.sign_in": "public",
    "accounts.sign_out": "public",
    "accounts.sign_up": "public",
    "accounts.take_passkey": "public",
    "accounts.take_second_step": "public",
    "accounts.withdraw_consent": "signed_in",
    "bookings.add_departure": "member:owner,seller",
    "bookings.add_weekly": "member:owner,seller",
    "bookings.call_off": "member:owner,seller",
    "bookings.check_in": "member:owner,seller,recorder",
    "bookings.departures": "member:owner,seller",
    "bookings.describe": "member:owner,seller",
    "bookings.experience": "member:owner,seller",
    "bookings.missed": "member:owner,seller,recorder",
    "bookings.visits": "member:owner,seller,recorder",
    "browse.category": "public",
    "browse.listing": "public",
    "browse.scan": "public",
    "browse.vendor": "public",
    "cart.add": "public",
    "cart.change": "public",
    "cart.go_to_checkout": "public",
    "cart.remove": "public",
    "cart.show": "public",
    "catalog.add_listing": "member:owner,seller",
    "catalog.add_plan": "member:owner,seller",
    "catalog.change_stock": "member:owner,seller",
    "catalog.choose_kind": "member:owner,seller",
    "catalog.drop_photo": "member:owner,seller",
    "catalog.drop_plan": "member:owner,seller",
    "catalog.duplicate": "member:owner,seller",
    "catalog.edit": "member:owner,seller",
    "catalog.lead_photo": "member:owner,seller",
    "catalog.move": "member:owner,seller",
    "catalog.new_listing": "member:owner,seller",
    "catalog.restore": "member:owner,seller",
    "catalog.return_photo": "member:owner,seller",
    "catalog.save": "member:owner,seller",
    "catalog.save_prices": "member:owner,seller",
    "catalog.send_photo": "member:owner,seller",
    "catalog.shift_photo": "member:owner,seller",
    "catalog.show_grid": "member:owner,seller",
    "catalog.show_history": "member:owner,seller",
    "catalog.see_wording": "member:owner,seller",
    "catalog.show_languages": "member:owner,seller",
    "catalog.save_words": "member:owner,seller",
    "catalog.show_fields": "member:owner,seller",
    "catalog.show_listing": "member:owner,seller",
    "catalog.show_listings": "member:owner,seller",
    "catalog.show_wordings": "member:owner,seller",
    "catalog.show_photos": "member:owner,seller",
    "catalog.show_plans": "member:owner,seller",
    "catalog.show_revision": "member:owner,seller",
    "catalog.sort_photos": "member:owner,seller",
    "catalog.show_unseen": "member:owner,seller",
    "catalog.show_words": "member:owner,seller",
    "catalog.withdraw": "member:owner,seller",
    "catalog_desk.add_one": "needs:approver,operator",
    "catalog_desk.add_shelf": "needs:approver,operator",
    "catalog_desk.approve_several": "needs:reviewer,approver,operator",
    "catalog_desk.close_shelf": "needs:approver,operator",
    "catalog_desk.decide": "needs:reviewer,approver,operator",
    "catalog_desk.new_attribute": "needs:approver,operator",
    "catalog_desk.new_category": "needs:approver,operator",
    "catalog_desk.retire_one": "needs:approver,operator",
    "catalog_desk.save_attribute": "needs:approver,operator",
    "catalog_desk.save_category": "needs:approver,operator",
    "catalog_desk.shift_one": "needs:approver,operator",
    "catalog_desk.shift_shelf": "needs:approver,operator",
    "catalog_desk.show_attribute": "needs:approver,operator",
    "catalog_desk.show_attributes": "needs:reviewer,approver,operator",
    "catalog_desk.show_categories": "needs:reviewer,approver,operator",
    "catalog_desk.show_category": "needs:approver,operator",
    "catalog_desk.show_listing": "needs:reviewer,approver,operator",
    "catalog_desk.show_queue": "needs:reviewer,approver,operator",
    "catalog_desk.download_search_report": "needs:reviewer,approver,statistics,operator",
    "catalog_desk.edit_synonym": "needs:reviewer,approver,operator",
    "catalog_desk.enter_synonym": "needs:reviewer,approver,operator",
    "catalog_desk.new_synonym": "needs:reviewer,approver,operator",
    "catalog_desk.show_search": "needs:reviewer,approver,statistics,operator",
    "catalog_desk.show_search_report": "needs:reviewer,approver,statistics,operator",
    "catalog_desk.show_synonym": "needs:reviewer,approver,statistics,operator",
    "catalog_desk.show_synonyms": "needs:reviewer,approver,statistics,operator",
    "catalog_desk.switch": "needs:reviewer,approver,operator",
    "catalogue.confirm": "member:owner,seller",
    "catalogue.download": "member:owner,seller",
    "catalogue.look": "member:owner,seller",
    "catalogue.show": "member:owner,seller",
    "exchange.ask_server": "member:owner,recorder",
    "exchange.download_book": "member:owner,recorder,seller",
    "exchange.download_table": "member:owner,recorder,seller",
    "exchange.pull": "member:owner,recorder",
    "exchange.show_book": "member:owner,recorder,seller",
    "exchange.show_pull": "member:owner,recorder",
    "exchange.take_book": "member:owner,recorder",
    "exchange.take_pull": "member:owner,recorder",
    "certificates.show": "needs:reviewer,approver",
    "certificates.show_all": "needs:reviewer,approver",
    "certificates.verify": "needs:reviewer,approver",
    "certificates.withdraw": "needs:reviewer,approver",
    "checkout.place": "public",
    "checkout.review": "public",
    "checkout.show": "public",
    "demo_card.demo_card": "public",
    "demo_card.demo_choose": "public",
    "finance.confirm": "needs:finance",
    "finance.ledger": "needs:finance",
    "finance.transfer": "needs:finance",
    "finance.transfers": "needs:finance",
    "feeds.market": "public",
    "feeds.shelf": "public",
    "epcis.capture": "partner:capture",
    "epcis.drop_page": "partner:read",
    "epcis.forget_query": "partner:read",
    "epcis.keep_query": "partner:read",
    "epcis.list_jobs": "partner:capture",
    "epcis.list_queries": "partner:read",
    "epcis.list_subscriptions": "partner:read",
    "epcis.list_values": "partner:read",
    "epcis.query_events": "partner:read",
    "epcis.run_query": "partner:read",
    "epcis.show_event": "partner:read",
    "epcis.show_job": "partner:capture",
    "epcis.show_query": "partner:read",
    "epcis.show_subscription": "partner:read",
    "epcis.show_top": "partner:read",
    "epcis.show_value": "partner:read",
    "epcis.subscribe": "partner:read",
    "epcis.tell_event": "partner:capture",
    "epcis.unsubscribe": "partner:read",
    "find.search": "public",
    "find.suggest": "public",
    "healthz": "public",
    "home.show": "public",
    "leaving.changes": "member:owner",
    "leaving.close": "member:owner",
    "leaving.download": "member:owner",
    "leaving.show_close": "member:owner",
    "claim.ask_code": "public",
    "claim.claim_label": "public",
    "lot.ask_place": "public",
    "lot.show_printed": "public",
    "lot.show_traced": "public",
    "lot.show_unit": "public",
    "lot.tell_place": "public",
    "media.show": "public",
    "metrics": "public",
    "office.home": "needs:reviewer,approver,statistics,finance,operator",
    "office.outbox": "needs:operator",
    "office.revive": "needs:operator",
    "orders.act": "member:owner,seller",
    "orders.cancel": "public",
    "orders.contract": "public",
    "orders.mine": "signed_in",
    "orders.of_vendor": "member:owner,seller",
    "orders.pay": "public",
    "orders.review": "public",
    "orders.show": "public",
    "orders.vendor_order": "member:owner,seller",
    "payment_hooks.stripe": "public",
    "payments.card": "public",
    "payments.left": "public",
    "payments.qr": "public",
    "payments.returned": "public",
    "payments.state": "public",
    "readyz": "public",
    "refunds.due": "needs:finance",
    "refunds.refunded": "needs:finance",
    "traceability.apply_batch": "member:owner,recorder,seller",
    "traceability.add_link": "member:owner",
    "traceability.ask_farm_number": "member:owner",
    "traceability.ask_numbers": "member:owner",
    "traceability.change_farm_number": "member:owner",
    "traceability.change_numbers": "member:owner",
    "traceability.new_link": "member:owner",
    "traceability.remove_link": "member:owner",
    "traceability.show_codes": "member:owner",
    "recorder.open_app": "member:owner,recorder",
    "recorder.show_app": "member:owner,recorder",
    "recorder.show_manifest": "public",
    "recorder.show_missing": "member:owner,recorder",
    "recorder.show_reference": "member:owner,recorder",
    "recorder.show_session": "member:owner,recorder",
    "recorder.show_worker": "public",
    "recorder.take_entries": "member:owner,recorder",
    "recorder.take_photo": "member:owner,recorder",
    "traceability.add_water": "member:owner,recorder",
    "traceability.draw_water": "member:owner,recorder",
    "traceability.leave_water": "member:owner,recorder",
    "traceability.new_water_test": "member:owner,recorder",
    "traceability.record_water_test": "member:owner,recorder",
    "traceability.show_source": "member:owner,recorder,seller",
    "traceability.show_water": "member:owner,recorder,seller",
    "traceability.ask_end": "member:owner,recorder",
    "traceability.ask_keeping": "member:owner,recorder,seller",
    "traceability.ask_packing": "member:owner,recorder,seller",
    "traceability.ask_shipment": "member:owner,recorder,seller",
    "traceability.ask_split": "member:owner,recorder,seller",
    "traceability.ask_taking": "member:owner,recorder,seller",
    "traceability.change_farm": "member:owner,recorder",
    "traceability.create_farm": "member:owner,recorder",
    "traceability.create_plot": "member:owner,recorder",
    "traceability.download_bundle": "member:owner,recorder,seller",
    "traceability.check_copy": "member:owner,recorder,seller",
    "traceability.download_batch": "member:owner,recorder,seller",
    "traceability.download_drawing": "member:owner,recorder,seller",
    "traceability.download_png": "member:owner,recorder,seller",
    "traceability.download_svg": "member:owner,recorder,seller",
    "traceability.edit_farm": "member:owner,recorder",
    "traceability.end_one": "member:owner",
    "traceability.end_season": "member:owner,recorder",
    "traceability.hold": "member:owner,recorder,seller",
    "traceability.keep": "member:owner,recorder,seller",
    "traceability.make_token": "member:owner",
    "traceability.make_unit": "member:owner,recorder,seller",
    "traceability.new_entry": "member:owner,recorder",
    "traceability.new_farm": "member:owner,recorder",
    "traceability.new_harvest": "member:owner,recorder",
    "traceability.new_plot": "member:owner,recorder",
    "traceability.new_season": "member:owner,recorder",
    "traceability.hand_out_codes": "member:owner,recorder,seller",
    "traceability.pack": "member:owner,recorder,seller",
    "traceability.pack_unit": "member:owner,recorder,seller",
    "traceability.print_labels": "member:owner,recorder,seller",
    "traceability.recall": "member:owner",
    "traceability.receive_shipment": "member:owner,recorder,seller",
    "traceability.record_harvest": "member:owner,recorder",
    "traceability.release": "member:owner",
    "traceability.revoke_token": "member:owner",
    "traceability.ship": "member:owner,recorder,seller",
    "traceability.reprint_labels": "member:owner,recorder,seller",
    "traceability.sell_serials": "member:owner,recorder,seller",
    "traceability.show_batch": "member:owner,recorder,seller",
    "traceability.show_batches": "member:owner,recorder,seller",
    "traceability.show_farm": "member:owner,recorder,seller",
    "traceability.show_labels": "member:owner,recorder,seller",
    "traceability.save_outline": "member:owner,recorder",
    "traceability.show_outline": "member:owner,recorder",
    "traceability.show_lot": "member:owner,recorder,seller",
    "traceability.show_lots": "member:owner,recorder,seller",
    "traceability.show_names": "member:owner",
    "traceability.ask_forget": "member:owner",
    "traceability.forget_name": "member:owner",
    "traceability.show_partners": "member:owner",
    "traceability.show_subscriptions": "member:owner",
    "tasks_desk.create_task": "needs:reviewer,approver",
    "tasks_desk.edit_task": "needs:reviewer,approver",
    "tasks_desk.new_task": "needs:reviewer,approver",
    "tasks_desk.save_task": "needs:reviewer,approver",
    "tasks_desk.show_tasks": "needs:reviewer,approver",
    "tasks_desk.turn_task": "needs:reviewer,approver",
    "traceability.create_task": "member:owner,recorder",
    "traceability.edit_task": "member:owner,recorder",
    "traceability.new_task": "member:owner,recorder",
    "traceability.save_task": "member:owner,recorder",
    "traceability.show_tasks": "member:owner,recorder",
    "traceability.turn_task": "member:owner,recorder",
    "traceability.show_season": "member:owner,recorder,seller",
    "traceability.show_shipment": "member:owner,recorder,seller",
    "traceability.show_shipments": "member:owner,recorder,seller",
    "traceability.show_unit": "member:owner,recorder,seller",
    "traceability.show_units": "member:owner,recorder,seller",
    "traceability.split": "member:owner,recorder,seller",
    "traceability.start_season": "member:owner,recorder",
    "traceability.take": "member:owner,recorder,seller",
    "traceability.unpack_unit": "member:owner,recorder,seller",
    "traceability.void_shipment": "member:owner,recorder,seller",
    "traceability.show_scans": "member:owner,recorder,seller",
    "traceability.spoil_labels": "member:owner,recorder,seller",
    "traceability.void_batch": "member:owner,recorder,seller",
    "traceability.write_entry": "member:owner,recorder",
    "lists.show": "needs:reviewer,approver",
    "lists.take": "needs:reviewer,approver",
    "traceability.add_batch": "member:owner,recorder",
    "traceability.ask_correction": "member:owner,recorder",
    "traceability.ask_replacement": "member:owner,recorder",
    "traceability.correct_entry": "member:owner,recorder",
    "traceability.count_batch": "member:owner,recorder",
    "traceability.download_report": "member:owner,recorder,seller",
    "traceability.new_batch": "member:owner,recorder",
    "traceability.foresee": "member:owner,recorder",
    "traceability.new_test": "member:owner,recorder",
    "traceability.new_soil_test": "member:owner,recorder",
    "traceability.record_soil_test": "member:owner,recorder",
    "traceability.ask_crop": "member:owner,recorder",
    "traceability.change_crop": "member:owner,recorder",
    "traceability.record_test": "member:owner,recorder",
    "traceability.replace_plot": "member:owner,recorder",
    "traceability.show_input_batch": "member:owner,recorder,seller",
    "traceability.show_entry": "member:owner,recorder,seller",
    "traceability.show_inputs": "member:owner,recorder,seller",
    "traceability.show_test": "member:owner,recorder,seller",
    "traceability.show_tests": "member:owner,recorder,seller",
    "traceability_desk.allow_link": "needs:reviewer,approver",
    "traceability_desk.show_barred": "needs:reviewer,approver",
    "traceability_desk.show_link": "needs:reviewer,approver",
    "traceability_desk.show_links": "needs:reviewer,approver",
    "traceability_desk.take_link_down": "needs:reviewer,approver",
    "traceability_desk.add_crop": "needs:reviewer,approver",
    "traceability_desk.add_label": "needs:reviewer,approver",
    "traceability_desk.add_product": "needs:reviewer,approver",
    "traceability_desk.add_bound": "needs:reviewer,approver",
    "traceability_desk.decide": "needs:reviewer,approver",
    "traceability_desk.new_crop": "needs:reviewer,approver",
    "traceability_desk.new_product": "needs:reviewer,approver",
    "traceability_desk.save_one": "needs:reviewer,approver",
    "traceability_desk.save_one_crop": "needs:reviewer,approver",
    "traceability_desk.show_log": "needs:reviewer,approver",
    "traceability_desk.check_note": "needs:reviewer,approver",
    "traceability_desk.show_crop": "needs:reviewer,approver",
    "traceability_desk.show_crops": "needs:reviewer,approver",
    "traceability_desk.show_matter": "needs:reviewer,approver",
    "traceability_desk.show_product": "needs:reviewer,approver",
    "traceability_desk.show_products": "needs:reviewer,approver",
    "traceability_desk.show_watch": "needs:reviewer,approver",
    "traceability_desk.change_lot": "needs:reviewer,approver",
    "traceability_desk.check_copy": "needs:reviewer,approver",
    "traceability_desk.show_alerts": "needs:reviewer,approver",
    "traceability_desk.show_lot": "needs:reviewer,approver",
    "traceability_desk.show_lots": "needs:reviewer,approver",
    "vendors.accept_invitation": "signed_in",
    "vendors.add_certificate": "member:owner",
    "vendors.add_papers": "member:owner",
    "vendors.add_proof": "member:owner",
    "vendors.appeal_decision": "member:owner",
    "vendors.change_bank": "member:owner",
    "vendors.cancel_application": "member:owner",
    "vendors.end_vacation": "member:owner",
    "vendors.invite_member": "member:owner",
    "vendors.remove_certificate": "member:owner",
    "vendors.remove_member": "member:",
    "vendors.practise": "public",
    "vendors.remove_paper": "member:owner",
    "vendors.remove_proof": "member:owner",
    "vendors.save_offers": "member:owner",
    "vendors.save_person": "member:owner",
    "vendors.save_profile": "member:owner",
    "vendors.save_vacation": "member:owner",
    "vendors.save_where": "member:owner",
    "vendors.save_who": "member:owner",
    "vendors.show_bank": "member:owner,finance",
    "vendors.show_invitation": "signed_in",
    "vendors.stop_bank_change": "member:owner",
    "vendors.take_back_invitation": "member:owner",
    "vendors.show_certificates": "member:",
    "vendors.show_check": "member:owner",
    "vendors.show_communes": "public",
    "vendors.show_members": "member:owner",
    "vendors.show_offers": "member:owner",
    "vendors.show_paper": "member:",
    "vendors.show_papers": "member:owner",
    "vendors.show_person": "member:owner",
    "vendors.show_practice": "public",
    "vendors.show_profile": "member:owner",
    "vendors.show_start": "signed_in",
    "vendors.show_status": "member:",
    "vendors.show_vacation": "member:owner",
    "vendors.show_welcome": "public",
    "vendors.show_where": "member:owner",
    "vendors.show_who": "member:owner",
    "vendors.start_application": "signed_in",
    "vendors.submit_application": "member:owner",
    "land.show_place": "needs:reviewer,approver",
    "vendors_desk.decide_dossier": "needs:reviewer,approver",
    "vendors_desk.give_back": "needs:reviewer,approver",
    "vendors_desk.hand_over": "needs:reviewer,approver",
    "vendors_desk.judge_line": "needs:reviewer,approver",
    "vendors_desk.show_hand_over": "needs:reviewer,approver",
    "vendors_desk.take_charge": "needs:reviewer,approver",
    "vendors_desk.write_note": "needs:reviewer,approver",
    "vendors_desk.show_dossier": "needs:reviewer,approver",
    "vendors_desk.download_statistics": "needs:statistics,reviewer,approver",
    "vendors_desk.show_numbers": "needs:reviewer,approver",
    "vendors_desk.show_page": "needs:reviewer,approver",
    "vendors_desk.show_paper": "needs:reviewer,approver",
    "vendors_desk.show_statistics": "needs:statistics,reviewer,approver",
    "vendors_desk.show_queue": "needs:reviewer,approver",
    "vendors_desk.take_dossiers": "needs:reviewer,approver",
    "vendors_desk.save_view": "needs:reviewer,approver",
    "vendors_desk.rename_view": "needs:reviewer,approver",
    "vendors_desk.delete_view": "needs:reviewer,approver",
    "vendors_desk.show_visits": "needs:reviewer,approver",
    "vendors_desk.new_visit": "needs:reviewer,approver",
    "vendors_desk.schedule_visit": "needs:reviewer,approver",
    "vendors_desk.show_visit": "needs:reviewer,approver",
    "vendors_desk.show_move": "needs:reviewer,approver",
    "vendors_desk.move_visit": "needs:reviewer,approver",
    "vendors_desk.call_off_visit": "needs:reviewer,approver",
    "vendors_desk.draft_minutes": "needs:reviewer,approver",
    "vendors_desk.show_record": "needs:reviewer,approver",
    "vendors_desk.record_visit": "needs:reviewer,approver",
    "vendors_desk.remove_visit_photo": "needs:reviewer,approver",
    "vendors_desk.show_visit_photo": "needs:reviewer,approver",
    "vendors.object_to_visit": "member:owner",
    "vendors_desk.verify_certificate": "needs:reviewer,approver",
    "vendors_desk.withdraw_certificate": "needs:reviewer,approver",
    "vendors_desk.withdraw_decision": "needs:approver",
    "vendors_desk.take_signed": "needs:approver",
    "vendors_desk.sign_here": "needs:approver",
    "vendors_desk.show_register": "needs:reviewer,approver",
    "vendors_desk.show_decisions": "needs:reviewer,approver",
    "vendors_desk.show_decision": "needs:reviewer,approver",
    "vendors_desk.register_xlsx": "needs:reviewer,approver",
    "vendors_desk.register_csv": "needs:reviewer,approver",
    "vendors_desk.new_decision": "needs:reviewer,approver",
    "vendors_desk.issue_decision": "needs:approver",
    "vendors_desk.file_decision": "needs:approver",
    "vendors_desk.edit_decision": "needs:reviewer,approver",
    "vendors_desk.draft_decision": "needs:reviewer,approver",
    "vendors_desk.download_decision": "needs:reviewer,approver",
    "vendors.show_verify": "public",
    "vendors.show_verified": "public",
    "vendors.show_own_decisions": "member:",
    "vendors.download_own_decision": "member:",
    "vendors.compare_pdf": "public",
    "vendors.answer_notice": "member:owner",
    "vendors.show_notice": "member:",
    "calendar.enter_day": "needs:approver",
    "calendar.remove_day": "needs:approver",
    "calendar.show_calendar": "needs:reviewer,approver,operator",
    "preview.show": "member:owner,seller",
    "preview.show_page": "member:owner,seller",
    "preview.show_page_to_office": "needs:reviewer,approver,operator",
    "preview.show_to_office": "needs:reviewer,approver,operator",
    "proof.download_lot": "public",
    "proof.list_checkpoints": "public",
    "proof.list_keys": "public",
    "proof.list_leaves": "public",
    "proof.prove_consistency": "public",
    "proof.prove_inclusion": "public",
    "proof.show_checkpoint": "public",
    "proof.show_log": "public",
    "proof.show_lot": "public",
    "proof.show_verifier": "public",
    "proof.take_cosignature": "public",
    "resolver.describe": "public",
    "resolver.resolve": "public",
    "resolver.show_goods": "public",
    "resolver.show_load": "public",
    "resolver.show_place": "public",
    "ruling.enter": "needs:approver",
    "ruling.new_version": "needs:approver",
    "ruling.show_rule": "needs:reviewer,approver,operator",
    "ruling.show_rules": "needs:reviewer,approver,operator",
    "ruling.take_back": "needs:approver",
    "vendors_desk.show_clocks": "needs:reviewer,approver",
    "vendors_desk.show_orders": "needs:reviewer,approver",
    "vendors_desk.new_order": "needs:reviewer,approver",
    "vendors_desk.register_order": "needs:reviewer,approver",
    "vendors_desk.show_order": "needs:reviewer,approver",
    "vendors_desk.carry_out_order": "needs:reviewer,approver",
    "vendors_desk.set_aside_order": "needs:reviewer,approver",
    "vendors_desk.orders_xlsx": "needs:reviewer,approver",
    "vendors_desk.give_notice": "needs:approver",
    "vendors_desk.new_notice": "needs:approver",
    "vendors_desk.withdraw_notice": "needs:approver",
    "sharing.picture": "public",
    "sitemap.goods": "public",
    "sitemap.index": "public",
    "sitemap.recalls": "public",
    "sitemap.robots": "public",
    "sitemap.sellers": "public",
    "sitemap.shelves": "public",
    "complaints.file_complaint": "public",
    "complaints.new_complaint": "public",
    "complaints.thanks": "public",
    "public_recalls.answer_notice": "public",
    "public_recalls.show": "public",
    "public_recalls.show_all": "public",
    "public_recalls.show_notice": "public",
    "public_recalls.status": "public",
    "recalls.act": "member:owner",
    "recalls_desk.act": "needs:reviewer,approver",
    "recalls.answer_complaint": "member:owner",
    "recalls_desk.answer_complaint": "needs:reviewer,approver",
    "recalls.buyers": "member:owner",
    "recalls_desk.buyers": "needs:reviewer,approver",
    "recalls.change": "member:owner",
    "recalls_desk.change": "needs:reviewer,approver",
    "recalls.finish": "member:owner",
    "recalls_desk.finish": "needs:reviewer,approver",
    "recalls.new_recall": "member:owner",
    "recalls_desk.new_recall": "needs:reviewer,approver",
    "recalls.note_answer": "member:owner",
    "recalls_desk.note_answer": "needs:reviewer,approver",
    "recalls.open_recall": "member:owner",
    "recalls_desk.open_recall": "needs:reviewer,approver",
    "recalls.report": "member:owner",
    "recalls_desk.report": "needs:reviewer,approver",
    "recalls.show_closing": "member:owner",
    "recalls_desk.show_closing": "needs:reviewer,approver",
    "recalls.show_complaint": "member:owner",
    "recalls_desk.show_complaint": "needs:reviewer,approver",
    "recalls.show_complaints": "member:owner",
    "recalls_desk.show_complaints": "needs:reviewer,approver",
    "recalls.show_progress": "member:owner",
    "recalls_desk.show_progress": "needs:reviewer,approver",
    "recalls.show_recall": "member:owner",
    "recalls_desk.show_recall": "needs:reviewer,approver",
    "recalls.show_recalls": "member:owner",
    "recalls_desk.show_recalls": "needs:reviewer,approver",
    "recalls.show_told": "member:owner",
    "recalls_desk.show_told": "needs:reviewer,approver",
    "recalls.table": "member:owner",
    "recalls_desk.table": "needs:reviewer,approver",
    "recalls.trace": "member:owner",
    "recalls_desk.trace": "needs:reviewer,approver",
    "work.choose": "signed_in",
    "work.today": "member:owner,seller,recorder,finance",
}

EVERYBODY = (
    "guest",
    "buyer",
    *(f"{role} of A" for role in VENDOR_ROLES),
    "owner of B",
    *OFFICE_ROLES,
    *(f"weak {role}" for role in OFFICE_ROLES),
)

# Doors that stay shut behind a guard that let one in: what lies there is somebody else's.
NOT_THERE = {
    "accounts.end_device": "the device of somebody else",
    "accounts.remove_passkey": "the passkey of somebody else",
    "accounts.show_remove_passkey": "the passkey of somebody else",
    "accounts.withdraw_consent": "the consent of somebody else",
    "vendors_desk.rename_view": "the saved view of somebody else",
    "vendors_desk.delete_view": "the saved view of somebody else",
    "ruling.take_back": "a version that nobody entered",
    "traceability.ask_forget": "a name that stands in no event",
    "traceability.forget_name": "a name that stands in no event",
    "traceability.download_bundle": "a proof before anything was signed",
    "calendar.remove_day": "a day that nobody entered",
}

# Doors behind which only the officer in charge of a dossier is let in.
IN_CHARGE = {"vendors_desk.show_numbers", "vendors_desk.give_back"}

# What the last words of an address stand for, where several rules use the same word.
WORDS = {
    "about": {"slug": "conditions"},
    "bookings": {"code": "visit_code"},
    "browse.category": {"slug": "fruit"},
    "feeds.shelf": {"slug": "fruit"},
    "sharing.picture": {
        "kind": "listing",
        "key": "goods_code",
        "name": "vi-000000000000000000000000.jpg",
    },
    "browse.listing": {"code": "goods_code", "slug": "oi-thanh-ha"},
    "browse.vendor": {"slug": "vendor_slug"},
    "vendors_desk.download_statistics": {"kind": "csv"},
    "vendors.show_invitation": {"token": "no-such-link"},
    "vendors.accept_invitation": {"token": "no-such-link"},
    "catalog": {"code": "goods_code", "kind": "produce", "way": "later", "revision": "1"},
    "catalog_desk": {"kind": "choice"},
    "proof": {"code": "trace_code"},
    "lot": {"code": "trace_code"},
    "claim": {"code": "trace_code", "serial": "claimed"},
    "resolver.show_load": {"code": "load_code"},
    "resolver": {
        "key": "01",
        "rest": "09521234543213/10/L1",
        "gtin": "09521234543213",
        "code": "place_code",
    },
    "epcis": {
        "event_id": "urn:none",
        "job_id": "no-such-job",
        "name": "no-such-query",
        "resource": "epcs",
        "subscription_id": "none",
        "token": "none",
        "value": "urn:none",
    },
    "orders": {"code": "group_code", "method": "vietqr"},
    "orders.act": {"action": "confirm"},
    "traceability": {"what": "waste", "key": "no-such-name"},
    "traceability_desk": {"action": "hold"},
    "traceability.turn_task": {"way": "off"},
    "tasks_desk": {"task_id": "office_task_id", "way": "off"},
    "traceability_desk.decide": {"action": "done"},
    "accounts": {"token": "no-such-link", "passkey_id": "no-such-key", "purpose": "marketing"},
    "demo_card": {"checkout_id": "no-such-card", "choice": "pay"},
    "vendors": {"code": "decision_code"},
    "vendors_desk.show_order": {"order_id": "authority_order_id"},
    "vendors_desk.carry_out_order": {"order_id": "authority_order_id"},
    "vendors_desk.set_aside_order": {"order_id": "authority_order_id"},
    "vendors_desk": {
        "kind": "recognition",
        "form": "pdf",
        "number": "1",
        "key": "identity",
        "view_id": "no-such-view",
    },
    "media": {"name": "none.webp"},
    "catalogue": {"ending": "xlsx"},
    "exchange": {"ending": "xlsx"},
    "preview": {"code": "goods_code", "wish": "vi"},
    "ruling": {"key": "vendor.appeal_days", "version_id": "no-such-version"},
    "calendar": {"row_id": "no-such-day"},
    "recorder": {"wish": "vi"},
    "sitemap": {"number": "1"},
    "cart": {"line_id": "no-such-line"},
    "recalls": {
        "step": "drop",
        "notice_id": "recall_notice_id",
        "action_id": "recall_action_id",
    },
    "recalls_desk": {
        "step": "drop",
        "notice_id": "recall_notice_id",
        "action_id": "recall_action_id",
    },
    "public_recalls": {"code": "NOSUCH12", "token": "no-such-link"},
    "complaints": {"code": "NOSUCH12"},
}

# What a form must hold to get as far as the question who may.
MINIMAL = {
    "catalog.move": {"action": "pause"},
    "catalog_desk.decide": {"action": "take_down", "reason": "x"},
    "catalog_desk.switch": {"active": "off", "version": "1"},
    "vendors_desk.decide_dossier": {"action": "take"},
    "vendors_desk.rename_view": {"name": "x"},
    "orders.review": {"rating": "1"},
}
ASKED = {"catalog_desk.show_search": "?q=oi", "traceability.write_entry": "?activity=irrigation"}

# Parts of an address that name nothing of a vendor's.
# What belongs to nobody: words of the address, and the digest of a name, which is looked for among
# the names of the vendor himself (tests/traceability/proof/test_names.py).
NOBODYS = {
    *("vendor_id", "kind", "action", "way", "revision", "wish", "ending", "step", "what", "key"),
}


@pytest.fixture(scope="module")
def world(sqlite_template, tmp_path_factory) -> Iterator[World]:
    with clock.fixed(NOW):
        made = build_world(sqlite_template, tmp_path_factory.mktemp("world"))
        yield made
        made.close()


@pytest.fixture(autouse=True)
def put_back(world) -> Iterator[None]:
    with clock.fixed(NOW):
        yield
        world.put_back()


def test_every_route_has_its_line_and_every_line_its_route(world):
    views = world.app.view_functions
    routes = {rule.endpoint for rule in world.app.url_map.iter_rules()}
    assert {endpoint: getattr(views[endpoint], "guard", None) for endpoint in routes} == GUARDS


def address(world: World, rule: Rule, ids: dict[str, str]) -> str:
    """Return the address of a rule with a vendor's own ids in it."""
    words = {**WORDS.get(rule.endpoint.split(".")[0], {}), **WORDS.get(rule.endpoint, {})}
    values = {name: ids.get(words.get(name, name), words.get(name)) for name in rule.arguments}
    assert None not in values.values(), f"{rule.endpoint} needs {values}"
    with world.app.test_request_context():
        return str(rule.build(values, append_unknown=False)[1])


def doors(world: World) -> Iterator[tuple[Rule, str]]:
    for rule in sorted(world.app.url_map.iter_rules(), key=lambda rule: rule.rule):
        for method in sorted(rule.methods & {"GET", "POST"}):
            yield rule, method


def expected(guard: str, person: Person) -> str:
    """Return what the table says: let in, lead to sign-in, to the second factor, 403 or 404."""
    kind, _, words = guard.partition(":")
    names = set(words.split(",")) - {""}
    if kind == "public":
        return "in"
    if kind == "partner":
        # Programs come with a token, and nobody else comes in: not even its owner.
        return "403"
    if person.user_id is None:
        return "/sign-in"
    if kind == "needs":
        if not names & person.roles:
            return "403"
        return "in" if person.strong else "/me/second-factor"
    if kind == "member":
        if person.vendor != "A":
            return "404"
        return "in" if not names or person.vendor_role in names else "403"
    return "in"


def found(answer, endpoint: str, wanted: str) -> str:
    """Return in the same words how a request was answered."""
    leads_to = urlsplit(answer.location or "").path
    if answer.status_code >= 500:
        return f"broken: {answer.status_code}"
    if leads_to in {"/sign-in", "/me/second-factor"} and "next" in (answer.location or ""):
        return leads_to
    if answer.status_code in {401, 403}:
        return "403"
    if answer.status_code == 404:
        may_be = endpoint in NOT_THERE or GUARDS[endpoint] == "public"
        return "in" if may_be and wanted != "404" else "404"
    return "in"


@pytest.mark.parametrize("name", EVERYBODY)
def test_every_door_opens_for_whom_the_table_names_and_for_nobody_else(world, name):
    person, wrong = world.people[name], []
    ids = world.ids["A"] | own_ids(world, person)
    for rule, method in doors(world):
        wanted = expected(GUARDS[rule.endpoint], person)
        if wanted == "in" and rule.endpoint in IN_CHARGE:
            wanted = "403"
        answer = knock(world, person, method, address(world, rule, ids))
        got = found(answer, rule.endpoint, wanted)
        if got != wanted:
            wrong.append(f"{method} {rule}: {got} {answer.status_code}, not {wanted}")
        if wanted != "in" and world.changed():
            wrong.append(f"{method} {rule}: refused, and yet changed {world.changed()}")
        world.put_back()
    assert "\n".join(wrong) == ""


def own_ids(world: World, person: Person) -> dict[str, str]:
    """Return who a person of A may send away (only an owner: others), and a device of nobody."""
    leaves = person if person.vendor == "A" else world.people["recorder of A"]
    if person.vendor_role == "owner":
        leaves = world.people["recorder of A"]
    return {"user_id": leaves.user_id, "sign_in_id": "no-such-device"}


def knock(world: World, person: Person, method: str, url: str, **more: str):
    endpoint = endpoint_of(world, method, url)
    return world.ask(
        person, method, url + ASKED.get(endpoint, ""), MINIMAL.get(endpoint, {}) | more
    )


def endpoint_of(world: World, method: str, url: str) -> str:
    parts = urlsplit(url)
    return world.app.url_map.bind("localhost").match(parts.path, method)[0]


def strange_doors(world: World) -> Iterator[tuple[str, str, str]]:
    """Give every address in the workspace of B with one thing of A in it, and with nothing."""
    mine, theirs = world.ids["B"], world.ids["A"]
    person, other = world.people["owner of B"], world.people["recorder of A"]
    mine, theirs = mine | {"user_id": person.user_id}, theirs | {"user_id": other.user_id}
    for rule, method in doors(world):
        if not GUARDS[rule.endpoint].startswith("member"):
            continue
        for name in sorted(rule.arguments - NOBODYS):
            key = WORDS.get(rule.endpoint.split(".")[0], {}).get(name, name)
            strange = address(world, rule, mine | {key: theirs[key]})
            yield method, strange, address(world, rule, mine | {key: "nothing"})


def test_what_belongs_to_another_vendor_is_not_there_in_ones_own_workspace(world):
    """It is answered as what does not exist at all, and nothing happens to it."""
    person, wrong, not_there = world.people["owner of B"], [], 0
    for method, strange, nothing in strange_doors(world):
        answer, changed = knock(world, person, method, strange), world.changed()
        world.put_back()
        control = knock(world, person, method, nothing)
        world.put_back()
        not_there += answer.status_code == 404
        if (
            changed
            or answer.status_code not in {404, control.status_code}
            or answer.status_code < 400
        ):
            wrong.append(f"{method} {strange}: {answer.status_code}, changed {changed}")
    assert "\n".join(wrong) == ""
    assert not_there >= 40


def test_the_same_doors_open_with_ones_own_things(world):
    """The control of the test above: what hid the things was whose they are."""
    person, ids = world.people["owner of A"], world.ids["A"]
    for url in (
        f"/work/{ids['vendor_id']}/farm/lots/{ids['lot_id']}",
        f"/work/{ids['vendor_id']}/farm/seasons/{ids['season_id']}",
        f"/work/{ids['vendor_id']}/listings/{ids['goods_code']}/edit",
        f"/work/{ids['vendor_id']}/orders/{ids['order_id']}",
    ):
        assert world.ask(person, "GET", url, {}).status_code == 200, url
    paper = world.ask(person, "GET", f"/apply/{ids['vendor_id']}/papers/{ids['paper_id']}", {})
    assert paper.data == PAPER
    leave = f"/work/{ids['vendor_id']}/members/{world.people['recorder of A'].user_id}/remove"
    world.ask(person, "POST", leave, {})
    assert "vendor_member" in world.changed()


ORDER_DOORS = (
    ("GET", "/o/{code}"),
    ("GET", "/o/{code}/contract"),
    ("POST", "/o/{code}/cancel/{code}-1"),
    ("POST", "/o/{code}/pay/vietqr"),
    ("POST", "/o/{code}/pay/card"),
    ("POST", "/o/{code}/review/{line}"),
)


@pytest.mark.parametrize("key", ["", "?key=", "?key=wrong", "?key={other_key}"])
@pytest.mark.parametrize("name", ["guest", "other buyer", "owner of A", "operator", "finance"])
def test_an_order_is_not_there_without_its_key_or_its_account(world, name, key):
    ids = world.ids["A"]
    asked = key.format(other_key=world.ids["B"]["guest_key"])
    for code in (ids["group_code"], ids["guest_code"]):
        for method, path in ORDER_DOORS:
            url = path.format(code=code, line=ids["line_id"]) + asked
            answer = world.ask(world.people[name], method, url, {"rating": "1"})
            assert (answer.status_code, world.changed()) == (404, []), f"{method} {url}"
            world.put_back()


def test_an_order_is_there_with_its_key_or_its_account(world):
    ids = world.ids["A"]
    with_key = f"/o/{ids['guest_code']}?key={ids['guest_key']}"
    assert world.ask(world.people["guest"], "GET", with_key, {}).status_code == 200
    assert world.ask(world.people["buyer"], "GET", f"/o/{ids['group_code']}", {}).status_code == 200
    cancel = f"/o/{ids['group_code']}/cancel/{ids['order_code']}"
    assert world.ask(world.people["buyer"], "POST", cancel, {}).status_code == 303
    assert "orders" in world.changed() or "order" in world.changed()


@pytest.mark.parametrize("name", ["guest", "other buyer", "owner of B"])
def test_a_payment_tells_strangers_nothing_of_who_pays_and_obeys_nobody(world, name):
    payment = f"/pay/{world.ids['A']['payment_id']}"
    for method, path in (
        ("GET", ""),
        ("GET", "/qr.svg"),
        ("GET", "/left"),
        ("GET", "/return?session_id=cs_test_demo_x"),
        ("POST", "/card"),
    ):
        answer = world.ask(world.people[name], method, payment + path, {})
        text = answer.get_data(as_text=True)
        assert not [word for word in ("Phạm Văn An", "987654321", "an@example.vn") if word in text]
        assert world.changed() == [], path
        world.put_back()


def test_nobody_ends_the_sign_in_of_somebody_else(world):
    with world.session() as session:
        owner = world.people["owner of A"].user_id
        device = session.scalars(sa.select(SignIn.id).where(SignIn.user_id == owner)).one()
    world.ask(world.people["other buyer"], "POST", f"/me/devices/{device}/end", {})
    assert world.changed() == []
    world.ask(world.people["owner of A"], "POST", f"/me/devices/{device}/end", {})
    assert "sign_in" in world.changed()


def test_private_files_are_out_of_reach_of_the_public_address(world):
    key = f"vendors/{world.ids['A']['vendor_id']}/A.pdf"
    for path in (
        f"../private/{key}",
        f"%2e%2e/private/{key}",
        f"private/{key}",
        f"..%2fprivate/{key}",
    ):
        answer = world.ask(world.people["guest"], "GET", f"/media/{path}", {})
        assert answer.status_code == 404, path


def test_the_office_finds_a_paper_only_with_its_vendor(world):
    mine, other = world.ids["A"], world.ids["B"]
    reviewer, desk = world.people["reviewer"], "/office/vendors"
    found = world.ask(reviewer, "GET", f"{desk}/{mine['vendor_id']}/papers/{mine['paper_id']}", {})
    assert found.data == PAPER
    lost = world.ask(reviewer, "GET", f"{desk}/{other['vendor_id']}/papers/{mine['paper_id']}", {})
    assert lost.status_code == 404


def test_two_readers_of_one_page_get_a_token_each(world):
    """A page that is kept for the next reader must not hold the first reader's token."""
    for name in ("guest", "buyer"):
        client = world.client(world.people[name])
        shown = client.get("/l/GOODS-A", follow_redirects=True).get_data(as_text=True)
        form = {"csrf_token": TOKEN.search(shown)[1], "variant_id": world.ids["A"]["variant_id"]}
        assert client.post("/basket/add", data=form | {"quantity": 1}).status_code == 303
        world.put_back()


def test_a_form_without_its_token_is_refused(world):
    person = world.people["owner of A"]
    url = f"/apply/{world.ids['A']['vendor_id']}/cancel"
    for token in ("", "forged", world.people["guest"].token):
        answer = world.client(person).post(url, data={"csrf_token": token})
        assert (answer.status_code, world.changed()) == (400, [])
