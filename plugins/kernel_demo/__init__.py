"""The demo: a bookmarks service of two apps and two plugins; `kernel demo` serves it.

`bookmarks.py` is the JSON API and `pages.py` the pages, both apps; `store.py` is the plugin that
opens the file, `errorpages.py` the one that shows errors to browsers. `serve.py` writes config.ini.
"""
