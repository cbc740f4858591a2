"""The JSON side of the app."""

from kernel_errors import BadRequest, Error
from kernel_responses import Status, Success, Text
from kernel_router import Routes

from project.apps.hello.controllers.data_handlers import UserCreationData, UserFilterData
from project.apps.hello.db import queries

routes = Routes()


@routes.get("/hello-world")
async def hello_world(request):
    return Text("Hello World!")


@routes.route("/login", ("GET", "POST"))
async def login(request):
    raise BadRequest({"message": "Login failed!"})


@routes.get("/example-error")
async def example_error(request):
    raise Error(1100)


@routes.post("/users/<group>", data_handler=UserCreationData)
async def user_creation(request):
    if "auth" not in request.context:
        raise Error(1100)
    data = await request.get_cleaned_data()
    session = request.app.context["db_session"]()
    user = await queries.add_user(session, data)
    await request.app.execute_event("user_created", {"username": user.username})
    return Success(user.as_dict(), status=Status.CREATED)


@routes.get("/users/<id:int>", data_handler=UserFilterData)
async def user_detail(request):
    data = await request.get_cleaned_data()
    user = await queries.get_user(request.app.context["db_session"](), data["id"])
    if user is None:
        raise Error(1101, data["id"])
    return Success(user.as_dict())
