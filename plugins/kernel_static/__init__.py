"""Static files of apps under names that may be cached for ever, and the project's uploads.

    app = App(name="shop", static_dirs=["static"])

`static_url("shop/site.css")` is `/static/shop/site.3f2a9c1b04de.css`; nothing leaves its folder.
"""
