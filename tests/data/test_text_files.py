"""Text files: delimiters, quotes, and rows of uneven length."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.reader import tokens
from core.data.reader.dialect import Dialect, tell_dialect
from core.data.reader.tokens import tokenise
from core.errors import ReadError
from tests.data.making import cells, delimited, here, said


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "||", "~", "\x1f", "^"])
def test_a_delimiter_is_told_from_the_rows(delimiter):
    text = "\n".join(delimiter.join(row) for row in [("name", "x", "y"), ("Ada B", "1.5", "2"), ("Cy D", "3.5", "4")])
    assert tell_dialect(text).delimiter == delimiter
    assert cells(here(text))["x"] == [1.5, 3.5]


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("x;y\n1,5;2,5\n3,25;4,75\n", 2),  # decimal commas between semicolons
        ("time\n12:30:00\n12:45:10\n", 1),
        ("name\nAda Lovelace\nGrace Hopper\nMary Shelley\n", 1),
        ("1.0  2.0   3.0\n4.0 5.0 6.5\n7 8 9\n", 3),
        ('bigvalues\n"100,000,000"\n"140,000,000"\n', 1),
        ('a,b\n1,"x, y"\n2,"z"\n', 2),
        ("a, b\n1, 2\n3, 4\n", 2),
        ("'a','b'\n'1,5','x'\n'2,5','y'\n", 2),
        ('a,b\n1,"it\\"s, ok"\n2,"b, c"\n', 2),
        ("length\n12,5\n145,00\n5\n", 1),  # below one name, a comma is a decimal mark
    ],
)
def test_what_only_looks_like_a_delimiter_parts_nothing(text, width):
    assert len(here(text).names) == width


def test_few_rows_of_uneven_length_are_still_parted():
    answer = here("id,name,age\n1,Ada\n2,Cy,26,again\n")
    assert cells(answer) == {"id": [1, 2], "name": ["Ada", "Cy"], "age": [None, 26], "column 4": [None, "again"]}


def test_prose_is_no_table_of_its_commas():
    text = "Dear all,\nthe meeting, as said, is at ten.\nPlease come\nYours, truly, me, and us\nBye\n"
    assert len(here(text, header=0).names) == 1


def test_quoted_cells_keep_delimiters_line_ends_and_quotes():
    answer = here('a,b\n"x, y","line 1\nline 2"\n"q ""z""",w\n')
    assert cells(answer) == {"a": ["x, y", 'q "z"'], "b": ["line 1\nline 2", "w"]}
    assert answer.lines.tolist() == [2, 4]


def test_a_quote_that_is_never_closed_costs_no_row():
    rows = "".join(f"{i},name {i}\n" for i in range(10_000))
    answer = here(f'n,name\n{rows}10000,"oops\n10001,fine\n')
    assert len(answer.columns[0]) == 10_002
    assert said(answer, "never closed", "line 10,002")


def test_quotes_that_open_lines_of_equal_width_are_plain_characters():
    rows = [f"{i}\tword {i}" for i in range(40)] + ['40\t"open', "41\tnext", '42\tclosed"', "43\tlast"]
    assert len(here("\n".join(["n\tw", *rows])).columns[0]) == 44


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_any_kind_part_rows(end):
    assert cells(here(end.join(["a,b", "1,2", "3,4", ""]))) == {"a": [1, 3], "b": [2, 4]}


def test_mixed_line_ends_part_rows():
    assert cells(here("a,b\r\n1,2\n3,4\r5,6"))["a"] == [1, 3, 5]


def test_rows_of_uneven_length_are_kept_counted_and_their_lines_named():
    answer = here("a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12\n13,14,15\n")
    assert len(answer.columns) == 4
    assert cells(answer)["c"] == [3, None, 8, 12, 15]
    assert said(answer, "1 row has fewer", "line 3")
    assert said(answer, "1 row has more", "line 4")


def test_row_names_without_a_name_of_their_own_move_the_names_by_one():
    answer = here("x,y\nfirst,1.5,2\nsecond,3.5,4\n")
    assert cells(answer) == {"column 1": ["first", "second"], "x": [1.5, 3.5], "y": [2, 4]}


def test_comments_are_left_out_and_counted():
    answer = here("# made by hand\n# twice\na,b\n1,2\n3,4\n")
    assert cells(answer)["a"] == [1, 3]
    assert said(answer, "2 rows of comments")[0].count == 2
    assert len(here("# made by hand\na,b\n1,2\n3,4\n", comment="", skip=0, header=0).columns[0]) == 4


table = st.integers(1, 6).flatmap(
    lambda width: st.lists(
        st.lists(
            st.text("ab,;\t\"' \n.1é", max_size=6).filter(lambda t: t == t.strip()), min_size=width, max_size=width
        ),
        min_size=1,
        max_size=12,
    )
)


@given(table, st.sampled_from([",", ";", "\t", "|"]))
def test_what_the_csv_module_writes_comes_back(rows, delimiter):
    content = delimited(rows, delimiter)
    sheet = tokenise(content, "utf-8", Dialect(delimiter), 10_000)
    got = [[cell or "" for cell in row[: len(rows[0])]] for row in sheet.rows(0, sheet.n)]
    written = list(csv.reader(io.StringIO(content.decode(), newline=""), delimiter=delimiter))
    want = [[cell if cell.strip() else "" for cell in row] + [""] * (len(rows[0]) - len(row)) for row in written]
    assert got == want


@given(table)
def test_the_quick_way_gives_the_same_cells_as_the_patient_one(rows):
    content = delimited(rows)
    quick, patient = tokens._quick(content, Dialect()), tokens._patient(content, "utf-8", Dialect(), 10_000)
    if quick is not None:
        assert quick.rows(0, quick.n) == patient.rows(0, patient.n)
        assert quick.lines.tolist() == patient.lines.tolist()
        assert quick.widths.tolist() == patient.widths.tolist()


def test_a_large_regular_file_goes_the_quick_way():
    content = delimited([["a", "b"], *([str(i), f"{i}.5"] for i in range(50))])
    assert tokens._quick(content, Dialect()) is not None
    assert tokens._quick(content + b"1,2,3\r\n", Dialect()) is None


def test_an_unknown_encoding_and_an_impossible_delimiter_are_refused_in_words():
    with pytest.raises(ReadError, match="no encoding"):
        here("a,b\n1,2\n", encoding="klingon")
    with pytest.raises(ReadError, match="cannot part"):
        here("a,b\n1,2\n", delimiter="\n")


WIDE = [f"é,{j}" if j % 9 == 0 else str(j) for j in range(70)]


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("quoted", [False, True], ids=["plain", "quoted"])
def test_wide_rows_are_parted_as_the_patient_way_parts_them(end, quoted):
    rows = [[cell if quoted else cell.replace(",", " ") for cell in WIDE] for _ in range(5_000)]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end).writerows(rows)
    content = text.getvalue().encode()
    assert len(content) > tokens.QUICK_BYTES
    sheet = tokens._quick(content, Dialect())
    assert sheet.n == len(rows)
    assert sheet.rows(0, 1) == sheet.rows(4_999, 5_000) == [rows[0]]


@pytest.mark.parametrize(
    "line", [",".join(WIDE[:69]), ",".join([*WIDE[:69], '"a', 'b"', "c"]), ",".join([*WIDE[:69], '"a\nb"'])]
)
def test_wide_rows_that_are_not_all_alike_are_left_to_the_patient_way(line):
    plain = ",".join(str(j) for j in range(70))
    assert tokens._quick(f"{plain}\n{line}\n{plain}\n".encode(), Dialect()) is None


@pytest.mark.parametrize("first", ["<LOD", "<5", "<x> count", "< 0.5", "<b>", "<a href"])
def test_a_first_name_may_begin_with_an_angle_bracket(first):
    assert here(f"{first},b\n1,2\n3,4\n5,6\n").names == (first, "b")


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html><p>a,b",
        "<html><body>1,2</body></html>",
        '<?xml version="1.0"?><rows/>',
        "  <!-- made by hand -->\n<table></table>",
        '<table border="1"><tr><td>1</td></tr></table>',
        "<rows>\n<row>1,2</row>\n</rows>",
    ],
)
def test_a_page_of_the_web_is_refused(page):
    with pytest.raises(ReadError, match="web page"):
        here(page)


@pytest.mark.parametrize("each", [1, 2, 4])
def test_comments_between_the_rows_may_be_more_than_the_rows(each):
    rows = "".join("# instrument restarted, all is well\n" * each + f"{i},{i * 2},{i * 3}\n" for i in range(1, 30))
    answer = here("a,b,c\n" + rows)
    assert cells(answer)["c"] == [3 * i for i in range(1, 30)]
    assert said(answer, "comments")[0].count == 29 * each


@pytest.mark.parametrize("end", ["\x1a", "\x1a\x1a\x1a", "\x1a\n"])
@pytest.mark.parametrize("text", ["a,b\n1,2.5\n2,3.5\n", "a\r\n1\r\n2\r\n", "a;b\n1;2"])
def test_the_sign_that_ends_a_text_in_dos_is_no_row(text, end):
    assert cells(here(text + end)) == cells(here(text))


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_rows_that_are_one_quoted_cell_each_are_parted_and_can_be_kept(mark):
    rows = [["place", "x", "y"], *([f"r{i}", f"{i}.5", f"{i}.25"] for i in range(6))]
    text = "".join(f'"{mark.join(row)}"\n' for row in rows)
    answer = here(text)
    assert answer.names == ("place", "x", "y")
    assert cells(answer)["x"] == [i + 0.5 for i in range(6)]
    told = next(note for note in answer.notes if "one cell" in note.what)
    assert len(here(text, **told.offer.changes).names) == 1


def test_quoted_cells_of_one_column_stay_one_column():
    text = '"place"\n' + "".join(f'"Town {i}, West"\n' for i in range(6))
    assert here(text).names == ("place",)
