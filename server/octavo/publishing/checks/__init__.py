"""What is looked at before a piece goes out: open marks, pictures, links, headings, lengths, ease.

`rules` decides over a text and what is known around it, and is pure; `reading_ease` measures;
`messages` holds every sentence in every language; `queries` gathers what a draft is checked with.
"""
