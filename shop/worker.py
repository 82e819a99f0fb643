"""The worker process: ``python -m shop.worker``."""

from kernel import clock, jobs, mail
from kernel.db import transaction
from kernel.settings import load_settings
from kernel.web.observe import set_up_logs
from shop import wiring
from shop.factory import open_sessions


def main() -> None:
    """Serve the outbox and the clock until told to stop."""
    settings = load_settings()
    set_up_logs(settings.log_level)
    maker = open_sessions(settings)
    reactions = wiring.handlers(wiring.open_search(settings))
    senders = mail.open_senders(settings)

    def look() -> None:
        now = clock.now()
        jobs.drain(maker, reactions, now=now)
        mail.send_due(maker, senders, settings=settings, now=now)

    def run(job: jobs.Job) -> None:
        now = clock.now()
        if jobs.is_due(job, now):
            with maker() as session, transaction(session):
                job.run(session, now)

    jobs.run_worker(
        jobs.open_queue(settings),
        look=look,
        jobs=[lambda job=job: run(job) for job in wiring.JOBS],  # type: ignore[misc]
    )


if __name__ == "__main__":
    main()
