"""The demo: a shared list of bookmarks, signed by who keeps them; `kernel demo` serves it.

Two apps on one database: `pages.py` is what people see, `bookmarks.py` the JSON API. `models.py` is what is
kept, `queries.py` what is asked, `entry.py` what may be sent, `icons.py` the uploaded favicons, `errorpages.py`
what a browser gets when something fails. `templates/` and `static/` are the look.
"""
