"""Routes: which handler answers which method and path.

    from kernel_router import Routes

    routes = Routes(prefix="/api")

    @routes.get("/users/<id:int>")
    async def user_detail(request):
        return {"id": request.url_vars["id"]}

Paths are read in paths.py, checked in survey.py and compiled to one closure in matcher.py.
"""

from kernel.layers import Route
from kernel_router.mount import Mount
from kernel_router.plugin import Router
from kernel_router.routes import Routes

__all__ = ["Mount", "Route", "Router", "Routes"]
