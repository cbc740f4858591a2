"""Who asks: the token of a request becomes request.context["auth"]."""

from hmac import compare_digest

from kernel_errors import BadRequest
from kernel_middlewares import Middleware


class AuthMiddleware(Middleware):
    @staticmethod
    async def process_request(request):
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if not scheme:
            return request, None
        if scheme.lower() != "bearer" or not compare_digest(token, request.app.config["hello"]["token"]):
            raise BadRequest({"error": "Invalid auth token"})
        request.context["auth"] = {"roles": ["editor"]}
        return request, None
