"""A server on loopback that answers as a CRM does, page by page."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Loopback:
    """Answers each request by the function of its path: ``route(query, body) -> JSON``.

    A path may end in ``*``; the function then gets what stands there as ``rest``.
    """

    def __init__(self):
        self.routes = {}
        self.asked = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                text = self.rfile.read(length).decode()
                server.reply(self, text)

            do_GET = do_POST = answer  # noqa: N815 - names that http.server asks for

            def log_message(self, *parts):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.http.server_port}"
        self.port = self.http.server_port
        self.url = f"http://{self.host}"
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def reply(self, handler, text):
        address = urlsplit(handler.path)
        query = {key: values[-1] for key, values in parse_qs(address.query).items()}
        self.asked.append((handler.command, address.path, query))
        route, rest = self.find(address.path)
        try:
            body = json.loads(text) if text else {}
        except ValueError:
            body = {key: values[-1] for key, values in parse_qs(text).items()}
        found = {"error": "not found"} if route is None else route(query, body, rest)
        data = json.dumps(found).encode()
        handler.send_response(404 if route is None else 200)
        handler.send_header("Content-Type", "application/json;charset=UTF-8")
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    def find(self, path):
        if path in self.routes:
            return self.routes[path], ""
        alike = [route for name, route in self.routes.items() if name.lower() == path.lower()]
        if alike:  # as Bitrix24, which takes names of methods in any case
            return alike[0], ""
        for pattern, route in self.routes.items():
            before, star, after = pattern.partition("*")
            if star and path.startswith(before) and path.endswith(after):
                return route, path[len(before) : len(path) - len(after)]
        return None, ""

    def close(self):
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


def plain_http(monkeypatch):
    """Let clients that insist on https reach the loopback server."""
    from requests.adapters import HTTPAdapter

    send = HTTPAdapter.send

    def sent(self, request, **options):
        request.url = request.url.replace("https://127.0.0.1", "http://127.0.0.1")
        return send(self, request, **options)

    monkeypatch.setattr(HTTPAdapter, "send", sent)


def slice_of(items, start, size):
    """Return a page of items and the start of the next, None after the last."""
    stop = start + size
    return items[start:stop], stop if stop < len(items) else None
