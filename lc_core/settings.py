"""The settings: the only reader of the environment (prefix LC_, or a file .env)."""

from functools import cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url

from lc_core import language
from lc_core.records.db import Database


class Settings(BaseSettings):
    """Each field is one variable, e.g. `LC_DATABASE_URL`; secrets are never shown."""

    model_config = SettingsConfigDict(env_prefix="LC_", env_file=".env", extra="ignore")

    database_url: str = "sqlite:///data/lc.sqlite"
    data_dir: Path = Path("data")
    timezone: str = "UTC"
    base_url: str = "http://localhost:8501"
    smtp_url: SecretStr = SecretStr("")
    mail_from: str = "learning-contracts@example.org"
    auth: Literal["demo", "oidc"] = "demo"
    cookie_secret: SecretStr = SecretStr("")
    locale: str = "en"

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        return ZoneInfo(name).key

    def told(self) -> list[dict[str, str]]:
        """Every setting with its variable, its value (of a secret: only whether there is one) and where it comes from."""
        return [
            {
                "name": f"LC_{name.upper()}",
                "value": _shown(getattr(self, name)),
                "from": "environment" if name in self.model_fields_set else "default",
            }
            for name in type(self).model_fields
        ]

    @property
    def copy_dir(self) -> Path:
        """Where the analytic copy lives."""
        return self.data_dir / "copy"


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
