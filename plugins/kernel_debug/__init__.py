"""The error page for developers: `[debug] enabled = true`, seen from this machine only.

`access.py` decides who sees it, `trace.py` reads the exception, `veil.py` hides secrets, `page.py`
writes HTML and `text.py` what programs get.
"""
