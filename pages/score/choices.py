"""What the page Score another file alone lets choose."""

from __future__ import annotations

from dataclasses import dataclass

from pages.app.choices import DataChoice
from pages.app.session import Part
from pages.app.uploads import Upload


@dataclass(frozen=True)
class OtherFileChoice(Part):
    """The other file that is to be scored."""

    after = (DataChoice,)
    upload: Upload | None = None
