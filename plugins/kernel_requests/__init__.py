"""What a request offers: method, path, headers, cookies, query, URL, and its body as bytes, stream or JSON.

Each is an attribute of `kernel.Request`, computed on first use:

    request.headers["host"]   request.cookies.get("sid")   request.query_params.getlist("tag")
    await request.body()      await request.json()         async for chunk in request.stream()
"""

from kernel_requests.incoming import BodyTooLarge
from kernel_requests.query import Query
from kernel_requests.url import URL
from kernel_requests.values import Fields, Headers, Values

__all__ = ["URL", "BodyTooLarge", "Fields", "Headers", "Query", "Values"]
