"""A visitor without a browser: talks to a Streamlit server over its websocket, as a browser's page does.

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


@contextmanager
def visit(port: int) -> Iterator["Visitor"]:
    """Somebody who has just opened the first page of the server at this port."""
    address, protocol = f"ws://localhost:{port}/_stcore/stream", Subprotocol("streamlit")
    with connect(address, subprotocols=[protocol], max_size=None, open_timeout=PATIENCE) as line:
        yield Visitor(line)


class Visitor:
    """One session. `pages`: the hash of each page that the navigation offers, by its address."""

    def __init__(self, line: ClientConnection) -> None:
        self._sent: Any = import_module("streamlit.proto.BackMsg_pb2").BackMsg
        self._received: Any = import_module("streamlit.proto.ForwardMsg_pb2").ForwardMsg
        self._line = line
        self._at, self._query = "", ""
        self.pages: dict[str, str] = {}
        self.headings: list[str] = []
        self.buttons: list[str] = []
        self.rerun()

    def go(self, page: str, query: str = "") -> None:
        """Open the page with this address."""
        self._at, self._query = self.pages[page], query
        self.rerun()

    def click(self, ending: str) -> None:
        """Click the button whose id ends so, which is how the key of a widget is known here."""
        clicked = next((button for button in self.buttons if button.endswith(ending)), None)
        if clicked is None:
            raise CannotMeasure(_("The page has no button {ending}.").format(ending=ending))
        self._run(self._wanted(clicked))

    def rerun(self) -> None:
        """Run the page again, as any click does."""
        self._run(self._wanted())

    def _wanted(self, clicked: str = "") -> Any:
        wanted = self._sent()
        wanted.rerun_script.query_string = self._query
        wanted.rerun_script.page_script_hash = self._at
        if clicked:
            widget = wanted.rerun_script.widget_states.widgets.add()
            widget.id, widget.trigger_value = clicked, True
        return wanted

    def _run(self, wanted: Any) -> None:
        """Send it, and take in what the page shows until its run has ended."""
        self._line.send(wanted.SerializeToString())
        self.headings, self.buttons = [], []
        while True:
            told = self._received()
            told.ParseFromString(self._line.recv(PATIENCE))
            kind = told.WhichOneof("type")
            if kind == "navigation":
                self.pages = {page.url_pathname: page.page_script_hash for page in told.navigation.app_pages}
            elif kind == "delta" and told.delta.WhichOneof("type") == "new_element":
                self._see(told.delta.new_element)
            elif kind == "script_finished" and told.script_finished != self._received.FINISHED_EARLY_FOR_RERUN:
                return

    def _see(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        if kind == "exception":
            raise CannotMeasure(_("The page failed: {why}").format(why=element.exception.message))
        if kind == "heading":
            self.headings.append(element.heading.body)
        elif kind == "button":
            self.buttons.append(element.button.id)
