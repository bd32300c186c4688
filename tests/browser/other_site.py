"""A web site of somebody else: one page with whatever it embeds, under whatever policy."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><title>A shop</title></head>
<body><main><h1>A shop</h1><p><a href="#more">Much to buy</a></p></main>{widget}</body></html>
"""


class Site:
    """The site as a context; `page` and `policy` may be set between visits."""

    def __init__(self) -> None:
        self.page = ""
        self.policy = ""
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                if site.policy:
                    self.send_header("Content-Security-Policy", site.policy)
                self.end_headers()
                self.wfile.write(site.page.encode())

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def embed(self, widget: str, *, lang: str = "en", policy: str = "") -> None:
        self.page = PAGE.format(widget=widget, lang=lang)
        self.policy = policy

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
