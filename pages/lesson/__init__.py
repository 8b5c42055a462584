"""The figures of "How EM works": one module each, with `show() -> None`, which draws the figure and all its controls.

What a figure shows is computed in `core.lessons` and drawn by `core.charts`; `frame` holds what all figures
have: the guiding question, the formula with the present numbers, and the lines of Python that compute the same. Each
module has `code(...) -> str` for those lines, which a test runs and compares with what is shown.

Settings are widgets with `bind="query-params"`, whose key (the figure's own prefix, such as `em-`) is the parameter of
the address, so that a link opens the figure as it stands. `FIGURES` in `pages.how_em_works_page` lists what there is.
"""
