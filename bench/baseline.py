"""What a page costs at least: a bare Flask answer, and one row in one template."""

import os

import sqlalchemy as sa
from flask import Flask, render_template

from kernel.db import open_engine, session_factory

app = Flask(__name__)
maker = session_factory(open_engine(os.environ["DATABASE_URL"]))
NOTE = sa.table("legal_rule", sa.column("rule_key"), sa.column("legal_ref"))


@app.get("/hello")
def hello() -> str:
    """Answer without doing anything."""
    return "hello"


@app.get("/row")
def row() -> str:
    """Read one row and show it in a template."""
    with maker() as session:
        found = session.execute(sa.select(NOTE.c.rule_key, NOTE.c.legal_ref).limit(1)).one()
    return render_template("row.html", row=found)
