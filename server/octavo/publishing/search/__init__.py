"""The search that runs in the reader's browser: an index in small files, and the page that asks it.

`words` cuts texts into terms (`site/assets/js/search.js` does the same, held together by tests), `index`
says which files there are and makes them.
"""
