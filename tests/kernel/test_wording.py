"""What the form library says is said in the reader's language."""

from pathlib import Path

import wtforms
from wtforms import IntegerField
from wtforms.validators import Length, NumberRange

from kernel.web.forms import Form, TextField
from kernel.web.wording import SAID, Wording


class Asked(Form):
    """A form with what the library judges by itself."""

    number = IntegerField("", [NumberRange(1, 9)])
    name = TextField("", [Length(max=2)])


def test_each_message_is_one_of_the_library():
    folder = Path(wtforms.__file__).parent
    known = "".join(path.read_text() for path in folder.rglob("*.py"))
    assert [text for text in SAID if f'"{text}"' not in known] == []


def test_forms_ask_the_catalogue_of_the_house(app, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "kernel.web.wording.gettext", lambda text: asked.append(text) or f"<{text}>"
    )
    with app.test_request_context(method="POST", data={"number": "10", "name": "Lan"}):
        form = Asked(meta={"csrf": False})
        assert not form.validate()
        assert form.number.errors == ["<Number must be between 1 and 9.>"]
        assert form.name.errors == ["<Field cannot be longer than 2 characters.>"]
    assert isinstance(Form.Meta().get_translations(None), Wording)
