import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAPER = {"light": ("#FFFFFF", "#F4F5F8"), "dark": ("#0E1117", "#191D27", "#151923", "#20252F")}


def pages():
    """File and address of each page."""
    for node in ast.walk(ast.parse((ROOT / "app.py").read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "Page":
            address = next(each.value.value for each in node.keywords if each.arg == "url_path")
            yield ROOT / node.args[0].value, address


def test_every_page_is_reached_by_its_address_also_right_after_a_start():
    found = dict(pages())
    assert set(found.values()) == {"data", "groups", "how-many", "odd-rows", "density", "score", "how-em-works"}
    assert {path.name for path in found} == {path.name for path in (ROOT / "pages").glob("*_page.py")}
    for path, address in found.items():
        assert path.exists()
        assert path.stem != address  # Streamlit would serve the file alone, without navigation and sidebar


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mixed(colour, paper, share):
    """The colour over paper at an opacity, as Streamlit draws captions."""
    pairs = zip((colour[i : i + 2] for i in (1, 3, 5)), (paper[i : i + 2] for i in (1, 3, 5)), strict=True)
    return "#" + "".join(f"{round(share * int(c, 16) + (1 - share) * int(p, 16)):02X}" for c, p in pairs)


@pytest.mark.parametrize("scheme", PAPER)
def test_text_stands_out_from_every_background(scheme):
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"][scheme]
    grounds = {theme["backgroundColor"], theme["secondaryBackgroundColor"], *theme["sidebar"].values()}
    assert grounds == set(PAPER[scheme])
    for paper in grounds:
        assert contrast(theme["textColor"], paper) >= 7
        assert contrast(mixed(theme["textColor"], paper, 0.6), paper) >= 4.5
        assert contrast(theme["linkColor"], paper) >= 4.5
        assert contrast(theme["grayTextColor"], paper) >= 4.5
        assert contrast(theme["primaryColor"], paper) >= 4.5  # an option that is chosen is written in it
    assert contrast(theme["primaryColor"], "#FFFFFF") >= 3  # the tick in a box


def test_nothing_is_written_in_white_on_the_accent_which_is_too_light_for_it_on_a_dark_page():
    for path in (ROOT / "pages").rglob("*.py"):
        assert 'type="primary"' not in path.read_text()
        assert ".multiselect(" not in path.read_text()


def test_settings_keep_data_and_errors_inside():
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert settings["server"] == {"maxUploadSize": 50, "enableXsrfProtection": True, "showEmailPrompt": False}
    assert settings["client"] == {"showErrorDetails": "none", "toolbarMode": "minimal"}
    assert settings["browser"] == {"gatherUsageStats": False}
    assert "font" not in (ROOT / ".streamlit" / "config.toml").read_text().lower().replace("fontsizes", "")
