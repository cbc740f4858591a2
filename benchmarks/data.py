"""What a Data class costs: a JSON body of five fields, validated, and one that is refused.

The callable reads the body, decodes it with the standard library, looks at the same five fields by hand
and answers. It has no limits, and knows neither repeated keys nor depth.
"""

import json
from typing import Any

from kernel_data import Data, Integer, List, String, validators as v
from kernel_router import Routes
from scenario import JSON, Scenario, answer, dumps

from kernel import App

routes = Routes()


class Order(Data):
    customer = String(required=True, processors=[v.NotNull(), v.Length(min=3, max=64)])
    country = String(required=True, processors=[v.NotNull(), v.In(["de", "fr", "it"])])
    quantity = Integer(required=True, processors=[v.NotNull(), v.Limit(min=1, max=99)])
    express = String(processors=[v.Boolean()])
    tags = List(required=True, processors=[v.Length(max=5)], item_field=String(processors=[v.Length(max=20)]))


@routes.post("/orders", data_handler=Order)
async def order(request):  # type: ignore[no-untyped-def]  # as users write it
    return await request.get_cleaned_data()


def wrong(data: Any) -> dict[str, Any]:
    """Return what is wrong with an order, looked at by hand."""
    errors: dict[str, Any] = {}
    customer, country = data.get("customer"), data.get("country")
    quantity, express, tags = data.get("quantity"), data.get("express"), data.get("tags")
    if not isinstance(customer, str) or not 3 <= len(customer) <= 64:
        errors["customer"] = ["Length error min: 3 max: 64"]
    if country not in ("de", "fr", "it"):
        errors["country"] = ["Value error"]
    if not isinstance(quantity, int) or isinstance(quantity, bool) or not 1 <= quantity <= 99:
        errors["quantity"] = ["Value limit error min: 1 max: 99"]
    if express is not None and not isinstance(express, bool):
        errors["express"] = ["Must be boolean"]
    if not isinstance(tags, list) or len(tags) > 5 or not all(isinstance(tag, str) and len(tag) <= 20 for tag in tags):
        errors["tags"] = ["Required list data"]
    return errors


async def raw(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] != "/orders":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    data = json.loads(body)
    errors = wrong(data)
    if errors:
        refused = {"status": "error", "code": 1002, "message": "Unexpected data", "data": errors}
        await answer(send, 400, JSON, dumps(refused))
    else:
        await answer(send, 200, JSON, dumps(data))


app = App(name="bench", routes=routes)
good = {"customer": "Ada Lovelace", "country": "de", "quantity": 3, "express": True, "tags": ["new", "gift"]}
bad = {**good, "country": "xx", "quantity": 0}
SCENARIOS = [
    Scenario("Data class, five fields", "/orders", app, raw, 4.0, "POST", headers=[JSON], body=[dumps(good)]),
    Scenario("Data class, two of five refused", "/orders", app, raw, None, "POST", headers=[JSON], body=[dumps(bad)]),
]
