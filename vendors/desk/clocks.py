"""The clocks that run: what is late, what is due, what ends."""

from accounts import guards
from kernel import clock
from kernel.clock import local_date
from kernel.rules_table import rule
from kernel.web.answers import Answer
from kernel.web.pages import page
from kernel.web.session import db
from kernel.workdays import add_working_days, work_calendar
from vendors.desk.blueprint import blueprint, officers
from vendors.queries.authority import authority_orders
from vendors.queries.clocks import due_answers, ending_recognitions
from vendors.queries.noticing import running_notices


@blueprint.get("/office/clocks")
@officers
def show_clocks() -> Answer:
    """Show every clock of the office, the late first."""
    now = clock.now()
    today, calendar = local_date(now), work_calendar(db())
    days = int(rule(db(), "vendor.remind_working_days", on=today).value)
    until = add_working_days(today, days, calendar)
    answers = due_answers(db(), until=until, on=today, calendar=calendar)
    return page(
        "vendors/clocks.html",
        late=[one for one in answers if one.due < today],
        soon=[one for one in answers if one.due >= today],
        orders=authority_orders(db(), unfinished=True).items,
        notices=running_notices(db()),
        ending=ending_recognitions(db()),
        me=guards.current_actor().user_id,
        now=now,
        today=today,
    )
