"""The link to the file of an export (`/exports/files/<token>`), which works for whoever has it until the file expires."""

from collections.abc import Callable
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from lc_core.errors import NotFound
from lc_core.exports import runs
from lc_core.exports.kept import Kept
from lc_core.exports.wanted import Format
from lc_core.records.db import Database
from lc_core.settings import open_database, settings

NOT_KEPT = {"Cache-Control": "no-store"}
KINDS = {
    Format.CSV: "text/csv",
    Format.PARQUET: "application/vnd.apache.parquet",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.ARROW: "application/vnd.apache.arrow.file",
}


def routes(
    database: Callable[[], Database] = open_database, folder: Callable[[], Path] = lambda: settings().exports_dir
) -> list[Route]:
    """The route. `database` opens the records, `folder` is where the files are.

    It asks for no cookie, so that the link of a letter opens anywhere; what opens nothing is answered alike, whatever it is.
    """

    async def sent(request: Request) -> Response:
        found = await run_in_threadpool(_found, database, Kept(folder()), request.path_params["token"])
        if found is None:
            return PlainTextResponse(NotFound().sentence, status_code=404, headers=NOT_KEPT)
        path, file = found
        return FileResponse(path, filename=file.name, media_type=KINDS[file.format], headers=NOT_KEPT)

    return [Route("/exports/files/{token}", sent, methods=["GET"])]


def _found(database: Callable[[], Database], kept: Kept, token: str) -> tuple[Path, runs.FileSent] | None:
    db = database()
    try:
        file = runs.sent_by(db, token)
    except NotFound:
        return None
    finally:
        db.close()
    path = kept.of(file.file)
    return None if path is None else (path, file)
