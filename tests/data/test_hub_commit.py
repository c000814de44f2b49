"""Which commit of a data set is read: asked of a server on this machine that answers as the hub does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

COMMITS = {"/api/datasets/org/set": "a" * 40, "/api/datasets/org/set/revision/v1": "b" * 40}

ASK = """
import sys
from pathlib import Path
from mtdsl.diag import Refusal
from mtdsl_sources.hub import Hub
try:
    source = Hub(sys.argv[1], revision=sys.argv[2] or None)
    print(source.commit(Path()), source.fingerprint(Path()))
except Refusal as refusal:
    print(refusal)
"""


class Answers(BaseHTTPRequestHandler):
    """Gives each path its commit, and 404 for any other."""

    def do_GET(self) -> None:
        sha = COMMITS.get(self.path.partition("?")[0])
        body = json.dumps({"id": "org/set", "sha": sha} if sha else {"error": "Repository not found"}).encode()
        self.send_response(200 if sha else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def asked(endpoint: str, name: str, revision: str, home: Path) -> str:
    """In a process of its own: the hub's address is read when its package is imported."""
    own = {**os.environ, "HF_ENDPOINT": endpoint, "HF_HOME": str(home), "HF_HUB_OFFLINE": "0"}
    command = [sys.executable, "-c", ASK, name, revision]
    return subprocess.run(command, env=own, capture_output=True, text=True, check=True).stdout.strip()


def test_the_commit_is_the_newest_or_that_of_a_revision(endpoint: str, tmp_path: Path):
    newest, first = asked(endpoint, "org/set", "", tmp_path).split()
    tagged, other = asked(endpoint, "org/set", "v1", tmp_path).split()
    assert (newest, tagged) == ("a" * 40, "b" * 40)
    assert first != other
    assert asked(endpoint, "org/none", "", tmp_path).startswith("source-missing: the data set `org/none` cannot be read")
