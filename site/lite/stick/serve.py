"""Open the course from this folder in your browser. Needs Python 3.8 or later, and nothing else.

    python serve.py            on this machine only
    python serve.py --share    for everybody on the network of this room too

Leave the window open while you work; Ctrl + C ends it.
"""

import argparse
import functools
import http.server
import os
import socket
import sys
import threading
import webbrowser

HERE = os.path.dirname(os.path.abspath(__file__))
SITE = "site"
PORT = 8423  # always the same: a browser keeps a student's work for one address and port
# Set here, not asked of the machine: Windows may call a script plain text, and browsers refuse it.
TYPES = {
    "": "application/octet-stream",
    ".css": "text/css",
    ".csv": "text/csv",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".ipynb": "application/json",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".whl": "application/zip",
    ".woff2": "font/woff2",
    ".zip": "application/zip",
}
KEPT = "/static/pyodide/"  # forty megabytes that a browser need not ask for again


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files, with types of our own and no log."""

    protocol_version = "HTTP/1.1"
    extensions_map = TYPES

    def guess_type(self, path):
        """Return the type of a file by its ending alone."""
        kind = TYPES.get(os.path.splitext(str(path))[1].lower(), TYPES[""])
        return kind + "; charset=utf-8" if kind.startswith("text/") else kind

    def end_headers(self):
        """Say how long a browser may keep a file without asking."""
        self.send_header("Cache-Control", "max-age=86400" if KEPT in self.path else "no-cache")
        super().end_headers()

    def list_directory(self, path):
        """Show no lists of files."""
        self.send_error(404, "There is no such page")

    def log_message(self, *arguments):
        """Write nothing down: who opens what is nobody's business."""


class Server(http.server.ThreadingHTTPServer):
    """Serves a hall at once, and does not complain when a page is closed half-way."""

    allow_reuse_address = os.name != "nt"  # there, it would let two servers share one port
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """Let a browser hang up."""


def listening(host, port):
    """Return a server on this port, or on the usual one, or on any that is free."""
    handler = functools.partial(Handler, directory=HERE)
    if port is not None:
        return Server((host, port), handler)
    try:
        return Server((host, PORT), handler)
    except OSError:
        print(f"Port {PORT} is taken, so the address is another than last time.")
        print("What your browser kept for the old address is not shown at this one.")
        return Server((host, 0), handler)


def own_address():
    """Return this machine's address on the network; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address that belongs to nobody
            return probe.getsockname()[0]
        except OSError:
            return socket.gethostname()


def main(arguments=None):
    """Serve until Ctrl + C."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--share", action="store_true", help="let the room's network in")
    parser.add_argument("--port", type=int, help=f"{PORT} by default, or a free one")
    parser.add_argument("--no-browser", action="store_true")
    chosen = parser.parse_args(arguments)
    host = "" if chosen.share else "127.0.0.1"
    server = listening(host, chosen.port)
    port = server.server_address[1]
    address = f"http://127.0.0.1:{port}/{SITE}/"
    print(f"The course is at {address}", flush=True)
    if chosen.share:
        print(f"For the others in this room: http://{own_address()}:{port}/{SITE}/")
        print("There, notebooks run, but may not be kept: see README.txt.", flush=True)
    print("Leave this window open. Ctrl + C ends it.", flush=True)
    if not chosen.no_browser:
        threading.Timer(0.5, webbrowser.open, [address]).start()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print("Ended.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
