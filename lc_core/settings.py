"""The settings: the only reader of the environment (prefix LC_, or a file .env)."""

from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url

from lc_core import language
from lc_core.language import _
from lc_core.records.db import Database

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
SHORTEST_COOKIE_SECRET = 32
NEEDED_FOR_OIDC = ("base_url", "cookie_secret", "oidc_issuer", "oidc_client_id", "oidc_client_secret")


class Settings(BaseSettings):
    """Each field is one variable, e.g. `LC_DATABASE_URL`; secrets are never shown."""

    model_config = SettingsConfigDict(env_prefix="LC_", env_file=".env", extra="ignore")

    database_url: str = "sqlite:///data/lc.sqlite"
    data_dir: Path = Path("data")
    timezone: str = "UTC"
    base_url: str = "http://localhost:8501"
    smtp_url: SecretStr = SecretStr("")
    mail_from: str = "learning-contracts@example.org"
    mail_bounces: str = ""
    mail_per_minute: int = Field(default=0, ge=0)
    mail_connections: int = Field(default=4, ge=1, le=16)
    auth: Literal["demo", "oidc"] = "demo"
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_name: str = ""
    session_hours: int = Field(default=12, ge=1, le=24 * 30)
    cookie_secret: SecretStr = SecretStr("")
    allowed_hosts: str = ""
    api_per_minute: int = Field(default=600, ge=1)
    locale: str = "en"
    feed_folder: str = ""
    export_folders: str = ""
    export_days: int = Field(default=7, ge=1, le=365)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        return ZoneInfo(name).key

    def told(self) -> list[dict[str, str]]:
        """Every setting with its variable, its value (of a secret: only whether there is one) and where it comes from."""
        return [
            {
                "name": _variable(name),
                "value": _shown(getattr(self, name)),
                "from": "environment" if name in self.model_fields_set else "default",
            }
            for name in type(self).model_fields
        ]

    def why_not_serve(self) -> str:
        """The sentence that says which setting the product cannot be served without; empty if it can be."""
        if self.auth == "demo":
            return ""
        missing = [
            _variable(name) for name in NEEDED_FOR_OIDC if name not in self.model_fields_set or not self._has(name)
        ]
        if missing:
            return _("LC_AUTH=oidc needs {names}.").format(names=", ".join(missing))
        if len(self.cookie_secret.get_secret_value()) < SHORTEST_COOKIE_SECRET:
            return _("LC_COOKIE_SECRET needs at least {n} characters.").format(n=SHORTEST_COOKIE_SECRET)
        for name in ("base_url", "oidc_issuer"):
            if not _is_web_address(getattr(self, name)):
                return _("{name} is no address that begins with https:// (or http://).").format(name=_variable(name))
        return ""

    def _has(self, name: str) -> bool:
        value = getattr(self, name)
        return bool(value.get_secret_value() if isinstance(value, SecretStr) else value.strip())

    @property
    def is_https(self) -> bool:
        """Whether people reach the product over https."""
        return urlsplit(self.base_url).scheme == "https"

    @property
    def hosts(self) -> list[str]:
        """The names under which the product answers: that of its base URL, and those allowed (none said: this machine)."""
        allowed = [name.strip().lower() for name in self.allowed_hosts.split(",") if name.strip()]
        return [name for name in (urlsplit(self.base_url).hostname,) if name] + (allowed or list(LOOPBACK_NAMES))

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders into which, and into folders in which, files of saved exports may be put."""
        return tuple(one.strip().rstrip("/") for one in self.export_folders.split(",") if one.strip())

    @property
    def exports_dir(self) -> Path:
        """Where the files of saved exports are kept until they expire."""
        return self.data_dir / "exports"

    @property
    def copy_dir(self) -> Path:
        """Where the analytic copy lives."""
        return self.data_dir / "copy"


def _variable(name: str) -> str:
    return f"LC_{name.upper()}"


def _is_web_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return "(set)" if value.get_secret_value() else ""
    return make_url(value).render_as_string() if isinstance(value, str) and "://" in value else str(value)


@cache
def settings() -> Settings:
    """The settings of this process, read once; sets the language too."""
    read = Settings()
    language.use(read.locale)
    return read


def open_database() -> Database:
    """The records this process works on."""
    return Database.open(settings().database_url, timezone=settings().timezone)
