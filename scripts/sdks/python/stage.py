"""What the sections stand on: the SDK's client, a receiver of webhooks, and the lines that scripts/sdks.ts reads."""

import itertools
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from svix.api import ApplicationIn, Svix, SvixOptions
from svix.exceptions import HttpError, HTTPValidationError

URL, KEY = os.environ["POSTHORN_URL"], os.environ["POSTHORN_KEY"]
SHOWN_WITHIN_SECONDS = 30
NOWHERE = "http://127.0.0.1:9/hook"

_numbers = itertools.count(1)


def unique(prefix):
    return f"python-{prefix}-{next(_numbers)}"


def client(token=KEY):
    return Svix(token, SvixOptions(server_url=URL, timeout=30))


svix = client()


def an_app():
    return svix.application.create(ApplicationIn(name="An application", uid=unique("app"))).id


def check(ok, text):
    print("ok" if ok else "not ok", text, flush=True)


def part(heading, run):
    """Runs one part; whatever it throws is one failure, and the next part still runs."""
    print(f"# {heading}", flush=True)
    try:
        run()
    except Exception as error:
        line = error.__traceback__.tb_next.tb_lineno
        check(False, " ".join(f"line {line}: {type(error).__name__}: {error}".split()))


def kept(given, answered):
    """Whether the answer has every field of what was given, with its value."""
    shared = given.model_fields_set & type(answered).model_fields.keys()
    return {name: getattr(given, name) for name in shared} == {
        name: getattr(answered, name) for name in shared
    }


def refusal(call):
    """Status and code of the SDK's own exception; where a 422 says what is wrong, the places."""
    try:
        call()
    except HTTPValidationError as error:
        return error.status_code, ["/".join(one.loc) for one in error.detail]
    except HttpError as error:
        return error.status_code, error.code
    return None


def until(read, wanted=bool):
    """Reads again and again until it is as wanted; the last value in any case."""
    deadline = time.monotonic() + SHOWN_WITHIN_SECONDS
    while not wanted(value := read()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return value


def pages(turn):
    """The ids of a list, page by page to its end; `turn` is given the iterator."""
    iterator, found = None, []
    while True:
        page = turn(iterator)
        found.append([getattr(one, "id", None) or one.name for one in page.data])
        if page.done:
            return found
        iterator = page.iterator


def finished(task):
    """What a background task has found, once it has ended well."""
    ended = until(lambda: svix.background_task.get(task.id), lambda one: one.status.value != "running")
    if ended.status.value != "finished":
        raise RuntimeError(f"{task.task.value} ended as {ended.status.value}")
    return ended.data


class Receiver:
    """Answers paths that end in `-bad` with 503, all others with 200, and remembers what came."""

    def __init__(self):
        self.requests = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.requests.append((self.path, dict(self.headers), body))
                answer = b"received"
                self.send_response(503 if self.path.endswith("-bad") else 200)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_port}"

    def got(self, path):
        return [request for request in self.requests if request[0] == path]


receiver = Receiver()
