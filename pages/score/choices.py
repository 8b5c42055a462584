"""What the page Score another file alone lets choose."""

from __future__ import annotations

from dataclasses import dataclass

from pages.app.choices import DataChoice
from pages.app.session import Part
from pages.app.uploads import Upload


@dataclass(frozen=True)
class OtherFileChoice(Part):
    """The other file that is to be scored."""

    after, is_step = (DataChoice,), False  # a file that was removed is gone
    upload: Upload | None = None
