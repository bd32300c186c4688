"""Every setting, read once from `OPINE_*` environment variables or a `.env` file."""

import os
import secrets
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Settings(BaseSettings):
    """What an operator can change; docs/settings.md lists the same table."""

    model_config = SettingsConfigDict(env_prefix="OPINE_", env_file=".env", extra="ignore", frozen=True)

    data: Path = Field(Path("opine-data"), description="Folder of the database, the images and the secret.")
    database_url: str = Field("", description="Where opinions are kept; empty: SQLite inside the data folder.")
    secret: str = Field(
        "", description="Key of tokens and pseudonyms; empty: made on first start, kept in the data folder."
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    public_url: str = Field(
        "", description="Address under which people reach the server, where a proxy stands before it."
    )
    origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Sites that may embed the widget, separated by commas: https://example.org,https://example.com."
    )
    demo: bool = Field(True, description="Create the demo campaign on first start.")
    visitor_days: int = Field(90, ge=1, description="Days until a visitor's token expires.")
    opinions_per_minute: int = Field(30, ge=1, description="Opinions accepted from one person.")
    requests_per_minute: int = Field(600, ge=1, description="Requests accepted from one address.")
    site_requests_per_minute: int = Field(
        6000, ge=1, description="Requests accepted from one site that embeds the widget."
    )
    max_body_bytes: int = Field(64 * 1024, ge=1024, description="Largest JSON body.")
    max_image_bytes: int = Field(20 * 1024 * 1024, ge=1024, description="Largest image file.")
    max_image_pixels: int = Field(50_000_000, ge=1, description="Largest image, width times height.")
    worker: bool = Field(True, description="Read opinions inside `serve`.")
    threads: int = Field(2, ge=1, description="Threads that the reader uses.")
    batch: int = Field(16, ge=1, le=256, description="Opinions that the worker reads at once.")
    lease_seconds: int = Field(60, ge=5, description="Time after which another worker may take over a claimed opinion.")
    translator: str = Field(
        "", description="Who writes English: `bundled` or a model; empty: what `opine models use` chose, else bundled."
    )
    models: str = Field("", description="Folder of the fetched models; empty: `models` inside the data folder.")
    models_mirror: str = Field(
        "", description="Where models are fetched from, in the hub's URL layout; empty: https://huggingface.co."
    )
    discord_token: str = Field(
        "", description="Token of the bot, a secret; with it `opine serve` is on Discord, too. See discord.md."
    )
    discord_campaign: str = Field(
        "demo", description="Campaign of direct messages, and of channels that no `/setup` was made for."
    )
    discord_training_use: bool = Field(
        False,
        description="Ask people on Discord whether their opinions may train models. Off, because Discord's Developer "
        "Policy forbids training models on message content without Discord's permission: turn it on once you have it.",
    )
    discord_shards: int = Field(0, ge=0, description="Number of gateway connections; 0: as many as Discord advises.")
    discord_shard_ids: Annotated[tuple[int, ...], NoDecode] = Field(
        (), description="Which of the shards this process runs, separated by commas; empty: all."
    )
    discord_api: str = Field(
        "", description="Base URL of Discord's API, for proxies and tests; empty: https://discord.com/api/v10."
    )
    discord_gateway: str = Field(
        "", description="URL of Discord's gateway, for proxies and tests; empty: wss://gateway.discord.gg/."
    )
    discord_metrics_port: int = Field(
        0, ge=0, le=65535, description="Port of `/metrics` in `opine discord`; 0: none. `opine serve` has its own."
    )
    log_json: bool = Field(False, description="Log lines as JSON.")

    @field_validator("origins", "discord_shard_ids", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @property
    def url(self) -> str:
        """The database's SQLAlchemy URL."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data.absolute() / 'opine.db'}"

    @property
    def media(self) -> Path:
        """The folder of the original images."""
        return self.data / "media"

    @property
    def models_folder(self) -> Path:
        """The folder of the fetched translation models."""
        return Path(self.models) if self.models else self.data / "models"

    @property
    def choice(self) -> Path:
        """The file in which `opine models use` keeps the name of the translator."""
        return self.data / "translator"

    @property
    def chosen_translator(self) -> str:
        """The translator's name; a setting comes before what was written."""
        written = self.choice.read_text("utf-8").strip() if self.choice.exists() else ""
        return self.translator or written or "bundled"

    def key(self) -> str:
        """The secret key; made on first use, and never changed afterwards, since pseudonyms depend on it."""
        if self.secret:
            return self.secret
        self.data.mkdir(parents=True, exist_ok=True)
        path = self.data / "secret"
        try:
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text("ascii").strip()
        with os.fdopen(file, "w", encoding="ascii") as out:
            out.write(secrets.token_urlsafe(32))
            out.flush()
            os.fsync(out.fileno())
        return path.read_text("ascii")
