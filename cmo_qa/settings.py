"""All settings, read from the environment in this one place: `CMO_QA_INDEX=… CMO_QA_PORT=…`."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from cmo_qa.errors import SettingsError


class Settings(BaseSettings):
    """One frozen object, passed in. An environment variable is the field's name in capitals behind `CMO_QA_`."""

    model_config = SettingsConfigDict(env_prefix="CMO_QA_", frozen=True)

    index: Path = Field(default=Path("index"), description="folder of the index")
    host: str = Field(default="127.0.0.1", description="address that the web application listens on")
    port: int = Field(default=7860, ge=0, le=65535, description="port that the web application listens on")
    threads: int = Field(
        default=0, ge=0, description="texts that are embedded side by side; 0: as many as there are cores"
    )
    cache: Path = Field(default=Path("~/.cache/cmo_qa"), description="folder that keeps exported encoders")
    model: str = Field(default="all-MiniLM-L6-v2", description="sentence-transformers model, the default or a folder")


def load() -> Settings:
    """The settings as the environment has them. Raises SettingsError, with a line for each that can't be used."""
    try:
        return Settings()
    except ValidationError as error:
        prefix = str(Settings.model_config["env_prefix"])
        lines = [_line(prefix + str(one["loc"][0]).upper(), one["msg"]) for one in error.errors()]
        raise SettingsError("\n".join(lines)) from error


def _line(variable: str, reason: str) -> str:
    value = os.environ.get(variable, "")
    return f"{variable}={value} can't be used: {reason[:1].lower()}{reason[1:]}. Change it, or unset it."
