"""Encodings: told from few letters among many numbers, and what the bytes do not say told as that."""

import numpy as np
import pytest

from core.data.reader.encoding import HEAD, evidence, tell_encoding
from core.errors import ReadError
from tests.data.making import cells, here, said

WORDS = {
    ("cp1252", "iso-8859-1", "mac-roman", "cp850"): (
        ("Prénom", "Âge", "créée"),
        ("descrição", "São Tomé", "ações"),
        ("päivä", "määrä", "Hyvää"),
        ("Höhe", "Maß", "Ölfaß"),
        ("Año", "señal", "camión"),
        ("Blåbær", "små", "gærdet"),
    ),
    ("cp1250", "iso-8859-2"): (
        ("Wiersze", "ilością", "Łącznie"),
        ("Řádky", "přehled", "účtů"),
        ("Sorok", "értékű", "összegből"),
    ),
    ("cp1254",): (("Sayı", "ağaç", "şişe"),),
    ("cp1251", "koi8-r", "cp866"): (("Имя", "Возраст", "Мария"), ("Остаток", "ИТОГО", "шт")),
    ("cp1253", "iso-8859-7"): (("Όνομα", "γραμμές", "Άνδρος"),),
    ("cp1255",): (("שורות", "סכום", "כמות"),),
    ("cp1256",): (("الصفوف", "المبلغ", "الكمية"),),
    ("cp932", "euc-jp"): (("商品名", "りんご", "カテゴリ"),),
    ("gb18030",): (("姓名", "张三", "李四"),),
    ("big5",): (("姓名", "陳大文", "年齡"),),
    ("euc-kr",): (("이름", "김철수", "나이"),),
    ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"): (("naïve", "数", "имя"),),
}
FILES = [(encoding, words) for encodings, lists in WORDS.items() for encoding in encodings for words in lists]
SIGNS = (
    "12\xa0%",
    "°C",
    "5 €",
    "“so”",
    "it’s",
    "l’an",
    "2019–20",
    "±0.5",
    "3 µm",
    "m²",
    "dm³",
    "½",
    "…",
    "3 × 4",
    "£ 2",
)


def table(heading, *values):
    rows = [f"{number:.2f};{values[number % len(values)]}" for number in range(30)]
    return "\n".join([f"x;{heading}", *rows, ""])


def text_told(content):
    return content.decode(tell_encoding(content).encoding, errors="replace").removeprefix("\ufeff")


@pytest.mark.parametrize(("encoding", "words"), FILES)
def test_an_encoding_is_told_from_a_heading_and_two_words(encoding, words):
    text = table(*words)
    assert text_told(text.encode(encoding)) == text


@pytest.mark.parametrize("sign", SIGNS)
def test_one_sign_among_numbers_is_windows_1252(sign):
    text = table("note", *["a"] * 29, sign)
    assert text_told(text.encode("cp1252")) == text


@pytest.mark.parametrize("word", ["créée", "descrição", "päivä", "Ööbik", "größer"])
def test_accents_beside_each_other_are_no_other_script(word):
    text = table("note", *["a"] * 29, word)
    assert text_told(text.encode("cp1252")) == text


def test_capitals_are_told_from_small_letters_of_another_encoding():
    for encoding in ("cp1251", "koi8-r"):
        text = table("ГОРОД", "МОСКВА", "КАЗАНЬ")
        assert text_told(text.encode(encoding)) == text


@pytest.mark.parametrize("words", [("naïve", "café"), ("имя", "Ада"), ("数量", "北京")])
@pytest.mark.parametrize("stray", [b"\xff", b"\xa0", b"\xe9"])
def test_utf_8_with_a_stray_byte_is_utf_8_with_one_bad_cell_told(words, stray):
    content = table(words[0], words[1], "plain").encode()
    content = content.replace(b"plain", b"pl" + stray + b"in", 1)
    answer = here(content)
    assert answer.reading.encoding == "utf-8"
    assert cells(answer)[words[0]][1] == "pl\ufffdin"
    assert said(answer, "1 cell holds bytes that are not UTF-8", "line 3")[0].count == 1


def test_utf_8_cut_amid_a_character_is_utf_8():
    content = table("naïve", "café", "thé").encode()
    assert tell_encoding(content[: content.rindex("é".encode()) + 1]).encoding == "utf-8"


def test_bad_cells_are_told_in_an_encoding_that_was_chosen():
    answer = here(table("naïve", "café").encode("cp1252"), encoding="utf-8")
    assert said(answer, "31 cells hold bytes that are not UTF-8", "the first in line 1")


def test_the_whole_file_is_looked_at_in_bounded_time():
    plain = b"1.5;a\n" * (20 * HEAD)
    content = plain + "1.5;größer\n".encode("cp850") + plain + "1.5;Übermaß\n".encode("cp850")
    assert tell_encoding(content).encoding == "cp850"
    many = "".join(f"{at};größer {at}\n" for at in range(200_000)).encode("cp850")
    assert len(evidence(many)) < 1_000


def test_evidence_has_each_byte_that_occurs():
    rng = np.random.default_rng(0)
    content = b"".join(bytes((48 + number % 10, byte)) + b";" for number, byte in enumerate(rng.integers(128, 256, 99)))
    filler = b"".join(b"\xe9%d;" % number for number in range(50_000))
    found = b"".join(evidence(filler + content + filler))
    assert {each for each in content if each >= 128} <= set(found)


def test_an_encoding_other_than_utf_8_is_said():
    answer = here(table("Prénom", "Hélène", "Élodie").encode("cp1252"))
    assert answer.names == ("x", "Prénom")
    assert said(answer, "Windows-1252")
    assert not said(here(table("Prénom", "Hélène")), "UTF-8")


def test_what_may_be_another_encoding_is_said_with_a_word_in_both():
    content = table("place", *["a"] * 29, "Şubat").encode("cp1254")
    told = tell_encoding(content)
    assert told.other is not None
    answer = here(content)
    word = content.decode(told.other).split(";")[-1].strip()
    (note,) = said(answer, content.decode(told.encoding).split(";")[-1].strip(), word)
    assert note.offer is not None
    assert note.offer.changes == {"encoding": told.other}
    again = here(content, **note.offer.changes)
    assert cells(again)["place"][-1] == word
    assert not said(again, "It may be")


def test_a_json_file_says_its_encoding_too():
    answer = here('[{"Größe": 1.5, "Straße": "Am Fluß"}, {"Größe": 2.5, "Straße": "Allee"}]'.encode("cp1252"))
    assert answer.names == ("Größe", "Straße")
    assert said(answer, "Windows-1252")


def test_text_in_the_escapes_of_japanese_mail_is_read():
    text = "品名,x\n机,1\n"
    assert text_told(text.encode("iso2022_jp")) == text


def test_utf_16_without_a_mark_is_told_from_text_that_has_few_zeros():
    text = "Название;Цена\n" + "Молоко;Хлеб\n" * 40
    for encoding in ("utf-16-le", "utf-16-be"):
        assert text_told(text.encode(encoding)) == text


def test_binary_data_is_refused():
    for content in (bytes(range(32)) * 100, np.random.default_rng(0).bytes(4_000)):
        with pytest.raises(ReadError, match="binary"):
            tell_encoding(content)


@pytest.mark.parametrize("width", [2, 60])
@pytest.mark.parametrize("line", [1, 900])
def test_a_large_file_keeps_its_one_bad_cell(width, line):
    rows = [["naïve", *["x"] * (width - 1)], *([["é", *["1.5"] * (width - 1)]] * (1_100_000 // (4 * width)))]
    lines = [",".join(row).encode() for row in rows]
    lines[line - 1] += b"\xa0"
    answer = here(b"\n".join(lines))
    assert answer.reading.encoding == "utf-8"
    assert said(answer, "1 cell holds bytes that are not UTF-8", f"line {line:,}")
