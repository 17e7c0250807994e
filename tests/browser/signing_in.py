"""Signing in through a service that stands in for a real one, on this machine."""

from playwright.sync_api import Page

from tests.browser.conftest import settled

PEOPLE = ("ann", "bob", "carla")
UNVERIFIED = "dora"


def oidc(provider: str) -> dict[str, str]:
    """The settings of an installation whose people sign in there."""
    return {
        "LC_AUTH": "oidc",
        "LC_OIDC_ISSUER": provider,
        "LC_OIDC_CLIENT_ID": "learning-contracts",
        "LC_OIDC_CLIENT_SECRET": "known to both",
        "LC_OIDC_NAME": "Example",
        "LC_COOKIE_SECRET": "not so secret, but long enough for it",
    }


def sign_in(page: Page, name: str, address: str = "/") -> None:
    """Ask for an address, press the button, and say at the provider who one is."""
    page.goto(address)
    settled(page).get_by_role("button", name="Sign in with Example").click()
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_url(lambda url: "/oauth2" not in url)
    settled(page)
