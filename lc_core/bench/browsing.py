"""Visitors without a browser: they talk to a Streamlit server over its websocket, as a browser's page does.

The messages are Streamlit's own. They are loaded by name, because the trade knows no Streamlit.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from lc_core.bench.measuring import CannotMeasure
from lc_core.language import _

PATIENCE = 60.0
"""Seconds in which a run of a page has ended."""
STREAMLIT = Subprotocol("streamlit")


@contextmanager
def visit(port: int) -> Iterator["Visitor"]:
    """Somebody who has just opened the first page of the server at this port."""
    with connect(address(port), subprotocols=[STREAMLIT], max_size=None, open_timeout=PATIENCE) as line:
        yield Visitor(line)


def address(port: int) -> str:
    """Where the server at this port is talked to."""
    return f"ws://localhost:{port}/_stcore/stream"


class Page:
    """What somebody in a session has before them. `pages`: the hash of each page that the navigation offers, by its address."""

    def __init__(self) -> None:
        self._sent: Any = import_module("streamlit.proto.BackMsg_pb2").BackMsg
        self._received: Any = import_module("streamlit.proto.ForwardMsg_pb2").ForwardMsg
        self._at, self._query = "", ""
        self.pages: dict[str, str] = {}
        self.headings: list[str] = []
        self.buttons: list[str] = []

    def opened(self, page: str, query: str = "") -> bytes:
        """The message that opens the page with this address."""
        self._at, self._query = self.pages[page], query
        return self.run_again()

    def clicked(self, ending: str) -> bytes:
        """The message of a click on the button whose id ends so, which is how the key of a widget is known here."""
        clicked = next((button for button in self.buttons if button.endswith(ending)), None)
        if clicked is None:
            raise CannotMeasure(_("The page has no button {ending}.").format(ending=ending))
        return self.run_again(clicked)

    def run_again(self, clicked: str = "") -> bytes:
        """The message that runs the page again, as any click does."""
        wanted = self._sent()
        wanted.rerun_script.query_string = self._query
        wanted.rerun_script.page_script_hash = self._at
        if clicked:
            widget = wanted.rerun_script.widget_states.widgets.add()
            widget.id, widget.trigger_value = clicked, True
        self.headings, self.buttons = [], []
        message: bytes = wanted.SerializeToString()
        return message

    def take(self, message: bytes) -> bool:
        """Take in what the server says; whether the run of the page has ended with it."""
        told = self._received()
        told.ParseFromString(message)
        kind = told.WhichOneof("type")
        if kind == "navigation":
            self.pages = {page.url_pathname: page.page_script_hash for page in told.navigation.app_pages}
        elif kind == "delta" and told.delta.WhichOneof("type") == "new_element":
            self._see(told.delta.new_element)
        return bool(kind == "script_finished" and told.script_finished != self._received.FINISHED_EARLY_FOR_RERUN)

    def _see(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        if kind == "exception":
            raise CannotMeasure(_("The page failed: {why}").format(why=element.exception.message))
        if kind == "heading":
            self.headings.append(element.heading.body)
        elif kind == "button":
            self.buttons.append(element.button.id)


class Visitor:
    """One session, one thing after the other."""

    def __init__(self, line: ClientConnection) -> None:
        self._line = line
        self._page = Page()
        self.rerun()

    @property
    def pages(self) -> dict[str, str]:
        return self._page.pages

    @property
    def headings(self) -> list[str]:
        return self._page.headings

    def go(self, page: str, query: str = "") -> None:
        """Open the page with this address."""
        self._run(self._page.opened(page, query))

    def click(self, ending: str) -> None:
        """Click the button whose id ends so."""
        self._run(self._page.clicked(ending))

    def rerun(self) -> None:
        """Run the page again."""
        self._run(self._page.run_again())

    def _run(self, message: bytes) -> None:
        """Send it, and take in what the page shows until its run has ended."""
        self._line.send(message)
        while not self._page.take(bytes(self._line.recv(PATIENCE, decode=False))):
            pass
