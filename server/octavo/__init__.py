"""Octavo: a headless CMS for content plans and blogging.

`runtime.build_runtime` wires the features, `app.create_app` serves them, `worker.run_worker` runs
what is due, `cli.main` is the `octavo` command. Plugins import `octavo.sdk` and nothing else.
"""

import os

# Piccolo's migration commands look the engine up by this name, wherever the user stands.
os.environ["PICCOLO_CONF"] = "octavo.piccolo_conf"

__version__ = "0.1.0"
