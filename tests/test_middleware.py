"""What each request passes: headers, hosts, cookies, and the way back from the sign-in."""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocket

from lc_core.settings import Settings, settings
from lc_core.web import serving
from lc_core.web.headers import content_security_policy, index_page
from lc_core.web.middleware import from_here

OIDC = {
    "AUTH": "oidc",
    "BASE_URL": "https://contracts.example.org",
    "COOKIE_SECRET": "x" * 32,
    "OIDC_ISSUER": "https://id.example.org/",
    "OIDC_CLIENT_ID": "us",
    "OIDC_CLIENT_SECRET": "hunter2",
}
DEMO = {"AUTH": "demo", "BASE_URL": "http://localhost:8501"}
OURS = "https://contracts.example.org"
SIGNED_IN = {"_streamlit_user": "somebody"}
Serve = Callable[..., TestClient]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """A small application behind the product's middleware, with settings of its own."""

    def served(said: dict[str, str], url: str = OURS) -> TestClient:
        for name, value in said.items():
            monkeypatch.setenv(f"LC_{name}", value)
        settings.cache_clear()
        routes = [Route("/{path:path}", answer), WebSocketRoute("/_stcore/stream", talk)]
        app = Starlette(routes=routes, middleware=serving.middleware())
        return TestClient(app, base_url=url, follow_redirects=False, client=("127.0.0.1", 50_000))

    yield served
    settings.cache_clear()


async def answer(request: Request) -> Response:
    """Sets cookies as Streamlit does."""
    said = PlainTextResponse("here")
    if request.url.path == "/oauth2callback":
        said.set_cookie("_streamlit_user", "somebody", max_age=30 * 24 * 3600, httponly=True, samesite="lax")
        said.set_cookie("_streamlit_user_tokens_1", "more", max_age=30 * 24 * 3600)
        said.set_cookie("_streamlit_xsrf", "token", max_age=30 * 24 * 3600)
        said.delete_cookie("_streamlit_user_2")
    return said


async def talk(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("here")


def cookies_of(response: object) -> dict[str, str]:
    return {line.partition("=")[0]: line for line in response.headers.get_list("set-cookie")}


def opened(client: TestClient, address: str, **cookies: str) -> object:
    """Open a page as a browser does."""
    headers = {"sec-fetch-dest": "document", "accept": "text/html"}
    if cookies:
        headers["cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return client.get(address, headers=headers)


# --- headers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("said", "url"), [(DEMO, "http://localhost:8501"), (OIDC, OURS)])
def test_every_answer_carries_the_headers_a_refusal_too(serve, said, url):
    client = serve(said, url)
    for headers in ({}, {"host": "evil.example"}):
        answered = client.get("/", headers=headers)

        assert answered.status_code == (400 if headers else 200)
        assert answered.headers["x-content-type-options"] == "nosniff"
        assert answered.headers["referrer-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in answered.headers["content-security-policy"]
        assert ("strict-transport-security" in answered.headers) == url.startswith("https")


def test_the_policy_allows_the_scripts_of_the_page_by_their_hash_and_no_others():
    page = "<script src='a.js'></script><script>one()</script><script type='module'>two()</script>"
    hashes = [base64.b64encode(hashlib.sha256(one).digest()).decode() for one in (b"one()", b"two()")]

    scripts = next(part for part in content_security_policy(page).split("; ") if part.startswith("script-src"))

    assert scripts == f"script-src 'self' 'sha256-{hashes[0]}' 'sha256-{hashes[1]}'"


def test_the_page_of_streamlit_has_its_inline_script_allowed():
    policy = content_security_policy(index_page())

    assert len(re.findall(r"'sha256-[\w+/]{43}='", policy)) == index_page().count("<script>") >= 1
    assert "unsafe-eval" not in policy
    assert "unsafe-inline" not in policy.replace("style-src 'self' 'unsafe-inline'", "")
    assert not re.search(r"\*|https?:", policy)


# --- hosts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("allowed", "host", "status"),
    [
        ("", "contracts.example.org", 200),
        ("", "CONTRACTS.example.org:443", 200),
        ("", "localhost:8501", 200),
        ("", "[::1]:8501", 200),
        ("", "evil.example", 400),
        ("", "contracts.example.org.evil.example", 400),
        ("", "", 400),
        ("a.example.org, *.b.example.org", "a.example.org", 200),
        ("a.example.org, *.b.example.org", "x.b.example.org", 200),
        ("a.example.org, *.b.example.org", "contracts.example.org", 200),
        ("a.example.org, *.b.example.org", "localhost", 400),
    ],
)
def test_only_our_own_names_are_answered(serve, allowed, host, status):
    client = serve({**OIDC, "ALLOWED_HOSTS": allowed})

    assert client.get("/", headers={"host": host}).status_code == status


@pytest.mark.parametrize(
    ("origin", "ours"),
    [
        (OURS, True),
        ("http://localhost:8501", True),
        (None, True),
        ("https://evil.example", False),
        ("https://evil.example/contracts.example.org", False),
        ("null", False),
        ("http://[", False),
    ],
)
def test_a_websocket_comes_from_our_own_pages(serve, origin, ours):  # safety: Authorisation
    client = serve(OIDC)
    headers = {"host": "contracts.example.org"} | ({} if origin is None else {"origin": origin})

    def say() -> str:
        with client.websocket_connect("/_stcore/stream", headers=headers) as socket:
            return socket.receive_text()

    if ours:
        assert say() == "here"
    else:
        with pytest.raises(WebSocketDenialResponse) as refused:
            say()
        assert refused.value.status_code == 400


def test_the_demo_answers_this_machine_only(serve):
    client = serve(DEMO, "http://localhost:8501")

    assert client.get("/").status_code == 200
    assert client.get("/", headers={"x-forwarded-for": "10.0.0.1"}).status_code == 403


def test_this_machine_is_its_loopback_and_nothing_that_begins_alike():
    here = ("127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1")
    elsewhere = ("::1234", "::1:2", "::ffff:10.0.0.1", "::ffff:128.0.0.1", "12.7.0.1", "", "127.example.org")

    for address in (*here, *elsewhere):
        assert from_here({"client": (address, 50_000)}) == (address in here), address
    assert not from_here({"client": None})


# --- cookies ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["https://contracts.example.org", "http://contracts.example.org"])
def test_cookies_are_secure_where_the_product_is(serve, url):
    found = cookies_of(serve({**OIDC, "BASE_URL": url}, url).get("/oauth2callback"))

    assert len(found) == 4
    assert {line.endswith("; Secure") for line in found.values()} == {url.startswith("https")}


def test_the_cookie_of_the_sign_in_lives_as_long_as_a_session(serve):
    found = cookies_of(serve({**OIDC, "SESSION_HOURS": "2"}).get("/oauth2callback"))

    lives = {name: re.findall(r"Max-Age=(\d+)", line) for name, line in found.items()}
    assert lives == {
        "_streamlit_user": ["7200"],
        "_streamlit_user_tokens_1": ["7200"],
        "_streamlit_user_2": ["0"],
        "_streamlit_xsrf": [str(30 * 24 * 3600)],
    }


# --- the way back ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["/contracts", "/invitations?contract=5&is=outstanding", "/?code=AB-CD", "/contracts?q=%C3%A9"]
)
def test_a_page_asked_for_is_gone_to_after_the_sign_in(serve, address):  # screens: deep links
    client = serve(OIDC)
    kept = cookies_of(opened(client, address))["lc_next"]
    value = kept.partition("=")[2].partition(";")[0]

    back = opened(client, "/", lc_next=value, **SIGNED_IN)

    assert "; HttpOnly; SameSite=Lax; Max-Age=600; Secure" in kept
    assert (back.status_code, back.headers["location"]) == (302, address)
    assert "Max-Age=0" in cookies_of(back)["lc_next"]


@pytest.mark.parametrize(
    "forged",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/contracts",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/contracts\r\nset-cookie: a=b",
        "/contracts/../../evil",
        "/oauth2callback?code=1",
        "/auth/logout",
        "/contracts?" + "x" * 2_000,
        "evil",
    ],
)
def test_nobody_is_sent_anywhere_else(serve, forged):  # no open redirect
    back = opened(serve(OIDC), "/", lc_next=quote(forged, safe=""), **SIGNED_IN)

    assert (back.status_code, back.headers["location"]) == (302, "/")
    assert "Max-Age=0" in cookies_of(back)["lc_next"]


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("/", {"sec-fetch-dest": "document"}),
        ("/contracts", {"sec-fetch-dest": "script"}),
        ("/contracts", {"accept": "application/json"}),
        ("/contracts/_stcore/health", {"sec-fetch-dest": "document"}),
        ("/_stcore/host-config", {"sec-fetch-dest": "document"}),
        ("/oauth2callback?code=1&state=2", {"sec-fetch-dest": "document"}),
        ("/healthz", {"sec-fetch-dest": "document"}),
        ("/favicon.png", {"accept": "text/html"}),
        ("/_shell", {"accept": "text/html"}),
        ("/contracts", {"sec-fetch-dest": "document", "cookie": "_streamlit_user=somebody"}),
    ],
)
def test_nothing_else_is_remembered(serve, address, headers):
    answered = serve(OIDC).get(address, headers=headers)

    assert answered.status_code == 200
    assert "lc_next" not in cookies_of(answered)


def test_a_browser_that_does_not_say_what_it_asks_for_is_understood(serve):
    assert "lc_next" in cookies_of(serve(OIDC).get("/contracts", headers={"accept": "text/html,*/*"}))


def test_who_is_signed_in_goes_where_they_want(serve):
    client = serve(OIDC)

    assert opened(client, "/contracts", lc_next="%2Factivities", **SIGNED_IN).status_code == 200
    assert opened(client, "/", **SIGNED_IN).status_code == 200
    assert opened(client, "/", lc_next="%2Fcontracts").status_code == 200


def test_the_demo_remembers_nothing(serve):
    assert cookies_of(opened(serve(DEMO, "http://localhost:8501"), "/contracts")) == {}


# --- the start -------------------------------------------------------------------------------------------------------


def test_streamlit_is_told_how_to_sign_people_in(serve):
    serve(OIDC)

    assert serving.secrets() == {
        "auth": {
            "redirect_uri": "https://contracts.example.org/oauth2callback",
            "cookie_secret": "x" * 32,
            "client_id": "us",
            "client_secret": "hunter2",
            "server_metadata_url": "https://id.example.org/.well-known/openid-configuration",
        }
    }


def test_the_demo_has_nothing_to_tell(serve):
    serve(DEMO)

    assert serving.secrets() is None


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({name: ""}, f"LC_AUTH=oidc needs LC_{name}.")
        for name in ("BASE_URL", "COOKIE_SECRET", "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
    ]
    + [
        (
            {"OIDC_CLIENT_ID": " ", "OIDC_CLIENT_SECRET": ""},
            "LC_AUTH=oidc needs LC_OIDC_CLIENT_ID, LC_OIDC_CLIENT_SECRET.",
        ),
        ({"COOKIE_SECRET": "x" * 31}, "LC_COOKIE_SECRET needs at least 32 characters."),
        ({"BASE_URL": "contracts.example.org"}, "LC_BASE_URL is no address"),
        ({"OIDC_ISSUER": "id.example.org"}, "LC_OIDC_ISSUER is no address"),
    ],
)
def test_without_what_it_needs_the_product_does_not_start_and_says_why(serve, said, words):
    serve({**OIDC, **said})

    with pytest.raises(SystemExit) as ended:
        serving.secrets()

    assert str(ended.value).startswith(words)
    assert "hunter2" not in str(ended.value)


def test_the_base_url_must_be_said_with_oidc(monkeypatch):
    for name, value in OIDC.items():
        monkeypatch.setenv(f"LC_{name}", value)
    monkeypatch.delenv("LC_BASE_URL")

    assert Settings().why_not_serve() == "LC_AUTH=oidc needs LC_BASE_URL."


def test_no_secret_is_ever_told(monkeypatch):
    for name, value in OIDC.items():
        monkeypatch.setenv(f"LC_{name}", value)
    told = {one["name"]: one["value"] for one in Settings().told()}

    assert told["LC_OIDC_CLIENT_SECRET"] == told["LC_COOKIE_SECRET"] == "(set)"
    assert (told["LC_OIDC_ISSUER"], told["LC_SESSION_HOURS"]) == ("https://id.example.org/", "12")
    assert {"LC_OIDC_CLIENT_ID", "LC_OIDC_NAME", "LC_ALLOWED_HOSTS"} <= told.keys()
