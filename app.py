"""The front door. The main script lies in `pages/_shell.py`, beside which no folder `pages/` can be found by Streamlit."""

from pathlib import Path

import streamlit as st

from lc_core.web import export_files, health, metrics, serving, stop_digest
from lc_core.web.api import routes as api

app = st.App(
    Path(__file__).parent / "pages" / "_shell.py",
    routes=[*health.routes(), *stop_digest.routes(), *export_files.routes(), *metrics.routes(), *api.routes()],
    middleware=serving.middleware(),
    lifespan=serving.lifespan,
    secrets=serving.secrets(),
)
