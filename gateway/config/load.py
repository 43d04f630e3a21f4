"""A configuration file is read, held against its model, and either becomes settings or all its problems."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from gateway.config.document import raise_first, read_document
from gateway.config.problems import faults_of
from gateway.config.settings import Settings

Model = TypeVar("Model", bound=BaseModel)


def load_settings(path: Path) -> Settings:
    """The settings of a gateway. Secrets are not read yet.

    ConfigNotFound if the file cannot be read; else ConfigUnknownKey or ConfigInvalid for the first problem in the
    file's order, with all of them in `problems`.
    """
    return load_file(path, Settings)


def load_file(path: Path, model: type[Model]) -> Model:
    """Any YAML file as a pydantic model, with the same errors. Its context has `path` and `base`, the file's folder."""
    document = read_document(path)
    try:
        loaded = model.model_validate(document.data, context={"path": path, "base": path.parent})
    except ValidationError as error:
        raise_first([*document.faults, *faults_of(error, document, model)])
        raise AssertionError from error
    raise_first(document.faults)
    return loaded
