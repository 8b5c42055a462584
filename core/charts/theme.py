"""The look of every picture, and with the palette the only file with colours.

Charts are drawn on a background that they do not choose: white or nearly black. So every mark has one colour whose
relative luminance lies between 0.15 and 0.25: 3:1 or more against white (#FFFFFF), against #0E1117 and #171614, and
against the tints of decision regions. No colour reaches 4.5:1 against both, so text asks for the background when it is
drawn (`INK`), and text on a filled cell is black or white by the cell's own luminance (`text_on`).

Groups take the hues of Okabe and Ito (2008) in a fixed order: blue as it is, and orange, green, purple, sky blue and
yellow darkened to that range. Black would vanish on a dark page, and vermilion lies too close to the accent, so neither
is used. For readers who see some of them as one, every colour comes with a shape: the two cycle with different periods
(6 and 7), so 42 groups differ in at least one of them.

A config inside a chart wins over the page's theme, which is merged below it; an explicit scale range wins over the
theme's colour ranges.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt

from .palette import ACCENT as ACCENT
from .palette import DASHES as DASHES
from .palette import GREY as GREY
from .palette import GROUPS as GROUPS
from .palette import TINTS_DARK as TINTS_DARK
from .palette import TINTS_LIGHT as TINTS_LIGHT
from .palette import colour as colour
from .palette import dash as dash

HEXAGON = "M0,-1L0.87,-0.5L0.87,0.5L0,1L-0.87,0.5L-0.87,-0.5Z"
STAR = "M0.00,-1.00L0.26,-0.36L0.95,-0.31L0.43,0.14L0.59,0.81L0.00,0.45L-0.59,0.81L-0.43,0.14L-0.95,-0.31L-0.26,-0.36Z"
SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", HEXAGON, STAR)

ACCENT_SHAPE = "M-1,-0.65L-0.65,-1L0,-0.35L0.65,-1L1,-0.65L0.35,0L1,0.65L0.65,1L0,0.35L-0.65,1L-1,0.65L-0.35,0Z"
GREY_SHAPE = "circle"
CENTRE_SHAPE = "cross"

# ColorBrewer's Blues and BrBG (Brewer 2003).
SEQUENTIAL = ("#C6DBEF", "#9ECAE1", "#6BAED6", "#4292C6", "#2171B5", "#084594")
DIVERGING = ("#8C510A", "#D8B365", "#F6E8C3", "#F5F5F5", "#C7EAE5", "#5AB4AC", "#01665E")

_ON_DARK = "luminance(background) < 0.4"
INK = alt.ExprRef(f"{_ON_DARK} ? '#FAFAFA' : '#262730'")  # text, and marks that stand for no group
SOFT_INK = alt.ExprRef(f"{_ON_DARK} ? '#B4B8C2' : '#5F6370'")  # text that explains: at least 4.5:1 on either side
PAPER = alt.ExprRef(f"{_ON_DARK} ? '#0E1117' : '#FFFFFF'")  # halos: what lies behind the marks

TITLE_SIZE, SUBTITLE_SIZE, LABEL_SIZE = 16, 13, 12
POINT_SIZE, ODD_SIZE = 44, 90  # square pixels
LINE_WIDTH = 2
GAMMA = 2.2  # between a colour's channels and light, nearly
HEIGHT, SMALL_HEIGHT = 460, 320  # pixels, title and legend included


def shape(slot: int) -> str:
    """The shape of a group's slot."""
    return SHAPES[slot % len(SHAPES)]


def blended(shares: npt.NDArray[np.float64]) -> list[str]:
    """The colours of (n, K) shares of the groups in slots 0 .. K - 1, mixed as light is: in linear sRGB."""
    each = np.array([_channels(colour(k)) for k in range(shares.shape[1])])
    mixed = (shares @ each**GAMMA) ** (1 / GAMMA)
    return [f"#{red:02X}{green:02X}{blue:02X}" for red, green, blue in np.round(255 * mixed).astype(int).tolist()]


def tint(slot: int) -> alt.ExprRef:
    """A quiet fill in the colour of a group's slot, for whatever background there is."""
    at = slot % len(GROUPS)
    return alt.ExprRef(f"{_ON_DARK} ? '{TINTS_DARK[at]}' : '{TINTS_LIGHT[at]}'")


def enclosing(count: int) -> list[alt.ExprRef]:
    """Fills of regions that lie in one another, the innermost first: it stands out most from whatever lies behind."""
    light = np.linspace(len(SEQUENTIAL) - 2, 0, count).astype(int)
    dark = np.linspace(2, len(SEQUENTIAL) - 1, count).astype(int)
    return [
        alt.ExprRef(f"{_ON_DARK} ? '{SEQUENTIAL[b]}' : '{SEQUENTIAL[a]}'") for a, b in zip(light, dark, strict=True)
    ]


def ramped(colours: Sequence[str], at: float) -> tuple[float, float, float]:
    """The sRGB colour, channels in 0..1, a share `at` of the way along colours mixed between neighbours."""
    stops = np.array([_channels(each) for each in colours])
    places = np.linspace(0.0, 1.0, len(colours))
    red, green, blue = (float(np.interp(at, places, channel)) for channel in stops.T)
    return red, green, blue


def luminance(channels: tuple[float, float, float]) -> float:
    """The relative luminance of an sRGB colour (WCAG 2.2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def text_on(colours: Sequence[str], at: float) -> str:
    """Black or white, whichever stands out more on a cell of that colour: never less than 4.5:1."""
    return "#FFFFFF" if luminance(ramped(colours, at)) < 0.179 else "#000000"


def _channels(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))


def config() -> dict[str, Any]:
    """Chart-level settings that stand above the page's theme; fonts and text colours are left to the page."""
    return {
        "axis": {"labelLimit": 160, "titlePadding": 8, "labelPadding": 6, "labelFontSize": LABEL_SIZE},
        "legend": {"labelFontSize": LABEL_SIZE, "labelLimit": 150, "padding": 0, "rowPadding": 3, "columnPadding": 14},
        "title": {"fontSize": TITLE_SIZE, "subtitleFontSize": SUBTITLE_SIZE, "offset": 14},
        "view": {"strokeWidth": 0},
    }
