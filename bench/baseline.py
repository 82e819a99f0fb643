"""What a page costs at least: a bare Flask answer, and one row in one template."""

import os

from flask import Flask, render_template
from sqlalchemy import select

from kernel.db import open_engine, session_factory
from kernel.rules_table import LegalRule
from kernel.web.gate import Gate

app = Flask(__name__)
gate = Gate(app)
maker = session_factory(open_engine(os.environ["DATABASE_URL"]))


@app.get("/hello")
def hello() -> str:
    """Answer without doing anything."""
    return "hello"


@app.get("/row")
def row() -> str:
    """Read one row and show it in a template."""
    with maker() as session:
        found = session.scalars(select(LegalRule).limit(1)).one()
    return render_template("row.html", row=found)
