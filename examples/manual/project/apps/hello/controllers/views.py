"""The pages of the app."""

from kernel_responses import HTML
from kernel_router import Routes
from kernel_templating import Template

from project.apps.hello.db import queries

views = Routes()


@views.get("/home")
async def home(request):
    return HTML(await Template("home.html").render({"message": "Hello World!"}))


@views.get("/users")
async def users(request):
    session = request.app.context["db_session"]()
    return Template("users.html", {"users": await queries.get_users(session)})
