"""A bucket behind a proxy, which ends a process where a test wants it to end."""

import contextlib
import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit
from uuid import uuid4

import obstore
from obstore.store import S3Store


class Bucket:
    """A bucket behind a proxy that can end a process at the n-th object put, or deletion."""

    def __init__(self, endpoint, key, secret):
        self.prefix = f"kill-{uuid4().hex[:8]}"
        self.key, self.secret = key, secret
        self.puts = []
        self.victim, self.left, self.is_taken, self.method = None, 0, False, "PUT"
        self.is_cut, self.busy, self.turn = False, 0, threading.Condition()
        options = {"endpoint": endpoint, "access_key_id": key, "secret_access_key": secret}
        self.store = S3Store(
            "media",
            prefix=self.prefix,
            config=options | {"region": "us-east-1"},
            client_options={"allow_http": True},
        )
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler(urlsplit(endpoint)))
        self.address = f"127.0.0.1:{self.server.server_port}"
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()

    def shown(self):
        """Answer what is there, once nothing is under way any more."""
        with self.turn:
            assert self.turn.wait_for(lambda: self.busy == 0, timeout=20)
        found = [meta["path"] for chunk in obstore.list(self.store) for meta in chunk]
        return {
            path: bytes(obstore.get(self.store, path).bytes())
            for path in found
            if path != ".octavo-site"
        }

    def let_die(self, left, *, is_taken, method="PUT"):
        """Have the victim killed at this request, before or after the service took it."""
        self.left, self.is_taken, self.method = left, is_taken, method

    @contextlib.contextmanager
    def passing(self, method):
        """Let a request through, if the one who sent it lives; say whether it is its last."""
        with self.turn:
            goes, strikes = not self.is_cut, False
            if goes and method == self.method and self.left:
                self.left -= 1
                strikes = self.is_cut = self.left == 0
            self.busy += 1
        try:
            yield goes, strikes
        finally:
            with self.turn:
                self.busy -= 1
                self.turn.notify_all()

    def _handler(self, behind):
        bucket = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass_on(self):
                size = int(self.headers.get("content-length") or 0)
                body = self.rfile.read(size)
                with bucket.passing(self.command) as (goes, strikes):
                    data = None
                    if goes and len(body) == size and (bucket.is_taken or not strikes):
                        status, headers, data = self._ask(body)
                    if strikes:
                        bucket.kill()
                    if strikes or data is None:
                        self.close_connection = True
                        return
                with contextlib.suppress(OSError):  # the reader was killed
                    self.send_response_only(status)
                    for name, value in headers:
                        if name.lower() not in {"transfer-encoding", "connection"}:
                            self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(data)

            def _ask(self, body):
                link = http.client.HTTPConnection(behind.hostname, behind.port, timeout=20)
                link.request(self.command, self.path, body, dict(self.headers.items()))
                answer = link.getresponse()
                data, headers = answer.read(), answer.getheaders()
                link.close()
                if self.command == "PUT":
                    bucket.puts.append(self.path.partition(f"{bucket.prefix}/")[2])
                if answer.getheader("content-length") is None:
                    headers.append(("content-length", str(len(data))))
                return answer.status, headers, data

            do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _pass_on  # noqa: N815 - their names

            def log_message(self, *_):
                pass

        return Handler

    def kill(self):
        self.victim.kill()
        self.victim.wait()
