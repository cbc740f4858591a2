import pytest
from kernel_forms import Form, Upload
from kernel_forms.folder import UploadFolder
from kernel_forms.spool import Spool

PHOTO = Upload("a.png", "image/png", [], 0, Spool(UploadFolder()))
FORM = Form([("a", "1"), ("photo", PHOTO), ("a", "2"), ("tag[]", "x")])


def test_a_name_has_its_last_value_and_getlist_all():
    assert (FORM["a"], FORM.getlist("a"), FORM.get("b"), FORM.getlist("b")) == ("2", ["1", "2"], None, [])
    assert dict(FORM) == {"a": "2", "photo": PHOTO, "tag[]": ["x"]}


def test_a_name_that_ends_in_brackets_has_the_list():
    assert FORM["tag[]"] == ["x"]
    with pytest.raises(KeyError):
        FORM["other[]"]


def test_fields_and_files_are_views_of_their_kind():
    assert (dict(FORM.fields), dict(FORM.files)) == ({"a": "2", "tag[]": ["x"]}, {"photo": PHOTO})
    assert FORM.fields.getlist("a") == ["1", "2"]


def test_multi_items_keep_the_order_of_the_form():
    assert FORM.multi_items() == [("a", "1"), ("photo", PHOTO), ("a", "2"), ("tag[]", "x")]


def test_a_form_cannot_be_changed():
    with pytest.raises(TypeError):
        FORM["a"] = "3"


def test_the_repr_shows_no_values():
    assert repr(Form([("password", "secret")])) == "Form(['password'])"
    assert repr(PHOTO) == "Upload('a.png', 'image/png', 0 bytes)"
