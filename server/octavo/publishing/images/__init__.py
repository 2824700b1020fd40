"""Pictures as readers get them: smaller sizes, modern formats, nothing that tells where they were taken.

`sizes` decides what is made of a picture and what it is called, `making` makes it in a process that
may be killed, `service` keeps the table of what was made, `jobs` is the worker's part. `markup` puts
the sizes into a text and `clean` takes the metadata off an original. No build waits for any of it:
a picture is shown as it is until its sizes are there.
"""
