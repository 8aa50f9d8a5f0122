"""Every setting, read once from the environment. `docs/settings.md` names them all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PREFIX = "HEMICYCLE_"
PORT_MOST = 65535
LEGAL_BASES = ("consent", "public_task")
REDIS_SCHEMES = ("redis://", "rediss://", "unix://")


class SettingError(ValueError):
    """A setting has a value that cannot be used."""


def _setting(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True, slots=True)
class Config:
    """All settings, typed. The environment variable is the field's name in capitals."""

    database_url: str = _setting(
        "sqlite:///hemicycle.db", "Where everything is kept; an SQLAlchemy address."
    )
    secret: str = _setting(
        "", "Secret of this instance; made at the first start and kept in the database if empty."
    )
    host: str = _setting("127.0.0.1", "Address that `serve` listens on.")
    port: int = _setting(5000, "Port that `serve` listens on; 0 takes a free one.")
    public_url: str = _setting(
        "", "Address that people type, such as https://vote.example; guessed if empty."
    )
    trusted_proxies: int = _setting(0, "Number of proxies in front whose headers are believed.")
    creation_password: str = _setting(
        "", "If set, creating a panel asks for it. May be an argon2 hash."
    )
    retention_days: int = _setting(30, "Days until a panel ends and its ballots are unlinked.")
    retention_days_most: int = _setting(365, "Most days that a moderator may choose instead.")
    results_days: int = _setting(
        0, "Days after its end until a panel is deleted with its results; 0 keeps them."
    )
    controller_name: str = _setting(
        "", "Who answers for the data, as `/privacy` names them; `serve` warns while it is empty."
    )
    controller_contact: str = _setting(
        "", "Mail address, web address or postal address of the same; `serve` warns too."
    )
    privacy_officer: str = _setting(
        "", "Contact of the data protection officer, where there is one."
    )
    legal_basis: str = _setting(
        "consent", "On what the controller relies, as `/privacy` says: consent or public_task."
    )
    timezone: str = _setting("Europe/Brussels", "Time zone in which times are shown.")
    participants_most: int = _setting(20000, "Participants that one panel admits.")
    join_warning_count: int = _setting(
        150, "Identities joining within ten seconds from which on the moderator is warned."
    )
    participant_commands_per_minute: int = _setting(
        90, "Commands that one participant may send in a minute."
    )
    participant_comments_per_minute: int = _setting(
        6, "Comments that one participant may write in a minute."
    )
    tick_milliseconds: int = _setting(
        250, "Shortest time between two frames of the same tally on a screen."
    )
    redis_url: str = _setting(
        "", "Over which several workers talk, such as redis://127.0.0.1:6379/0; empty for one."
    )
    worker: int = _setting(
        0, "Number of this worker; with 0 each takes the lowest that no other has."
    )
    metrics_token: str = _setting(
        "", "Who reads /metrics must bring this token; empty: there is no such page."
    )
    log_level: str = _setting("info", "Least level that is logged: debug, info, warning, error.")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Config:
        """Read the settings; an unusable value is refused by name."""
        source = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for item in fields(cls):
            name = PREFIX + item.name.upper()
            if name not in source:
                continue
            values[item.name] = _typed(name, source[name], type(item.default))
        return cls(**values).checked()

    def checked(self) -> Config:
        """Return the settings, or refuse one that no server could use."""
        if self.port > PORT_MOST:
            raise SettingError(f"{PREFIX}PORT must be at most {PORT_MOST}")
        if self.redis_url and not self.redis_url.startswith(REDIS_SCHEMES):
            raise SettingError(f"{PREFIX}REDIS_URL must begin with redis://, rediss:// or unix://")
        if self.legal_basis not in LEGAL_BASES:
            raise SettingError(f"{PREFIX}LEGAL_BASIS must be one of: {', '.join(LEGAL_BASES)}")
        if self.retention_days < 1:
            raise SettingError(f"{PREFIX}RETENTION_DAYS must be at least 1")
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise SettingError(
                f"{PREFIX}TIMEZONE is no time zone such as Europe/Brussels"
            ) from None
        return self

    @property
    def keep_days_most(self) -> int:
        """Return the most days for which a moderator may keep a panel."""
        return max(self.retention_days, self.retention_days_most)

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def _typed(name: str, text: str, wanted: type) -> Any:
    if wanted is not int:
        return text
    try:
        number = int(text)
    except ValueError:
        raise SettingError(f"{name} must be a whole number") from None
    if number < 0:
        raise SettingError(f"{name} must not be negative")
    return number
