"""What the worker does for traceability by itself."""

from kernel.jobs import Job
from traceability.services.recalls.drilling import remind_of_drills

JOBS = (Job("traceability.remind_of_drills", 24 * 60, remind_of_drills),)
