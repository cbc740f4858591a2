"""The app: everything it brings."""

from kernel import App
from project.apps.hello.controllers.errors import errors
from project.apps.hello.controllers.handlers import routes
from project.apps.hello.controllers.hooks import hooks
from project.apps.hello.controllers.init import init_data
from project.apps.hello.controllers.views import views
from project.apps.hello.urls import declared

app = App(
    name="hello",
    routes=[routes, views, declared],
    hooks=[hooks],
    models=["project.apps.hello.db.models"],
    template_dirs=["templates"],
    static_dirs=["static"],
    errors=[errors],
    init_func=init_data,
)
