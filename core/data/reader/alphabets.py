"""Alphabets: what the letters of languages are, the most frequent first, and how likely each is.

Of Latin alphabets it holds the letters beyond ASCII, of others all; of Chinese, Japanese and Korean the characters that
tables are full of. The orders are rounded general knowledge of the languages: a letter's chance follows from its rank.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise

from .vocabulary import WORDS

WESTERN = {
    "Western": "éñüöóáèçãíäåøßêúæâôõëîûïùòìœÿ",  # names and loan words in English tables, and mixtures
    "German": "üäößé",
    "French": "éèàêçôîâûùïëœüÿ",
    "Spanish": "óíáñéúü",
    "Portuguese": "ãçáéíóõêâúàôü",
    "Italian": "àèùòìé",
    "Catalan": "óàèéíçòúïü",
    "Swedish": "äåöéü",
    "Finnish": "äöå",
    "Danish": "øåæéöäü",
    "Icelandic": "áíðóþéæöúý",
    "Dutch": "ëéïèöüáó",
    "Estonian": "äõüöšž",
}
CENTRAL = {
    "Polish": "łóęążśćńź",
    "Czech": "íáéěřýčšžůúťďňó",
    "Slovak": "áíéčšžýúťľňôäďóĺŕ",
    "Hungarian": "éáöóőüíúű",
    "Romanian": "ăîâşţșț",
    "Croatian": "čšžćđ",
    "German": "üäößé",
}
TURKISH = {"Turkish": "ıüşğçöİâîû"}
BALTIC = {"Lithuanian": "ėšųįžūąčę", "Latvian": "āīēšūņļģķčž", "Estonian": "äõüöšž"}
CYRILLIC = {
    "Russian": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",
    "Ukrainian": "оанивітерслкудмпзьябгйчхцжїюєшфщґё",
    "Bulgarian": "аиоентсрвлкдпмзгбуъячхцйщшжюфь",
    "Serbian": "аиоенсртјувдклмпгзбњчшцљжћхђфџ",
}
GREEK = {"Greek": "αοιετσνηυρπκμλςόίάγδέήωθχφύβώξζψϊϋΐΰ"}
HEBREW = {"Hebrew": "יוהלאמרתבשנםעדקחפכטגזןסצךףץ"}
ARABIC = {"Arabic": "اليمونرتبدعةسفكهحقجأشصطخزىضغثءذإئآظؤ", "Persian": "ایردنهموتبسشکزفلگخقعپآجحچصطضغثژظذئ"}
# How much rarer than the commonest of their script the others are, as logarithms.
RARER = {"Western": -1.0, "Catalan": -1.5, "Icelandic": -1.5, "Dutch": -1.0, "Estonian": -2.5, "Slovak": -1.0}
RARER |= {"Romanian": -1.0, "Croatian": -1.0, "Ukrainian": -1.0, "Bulgarian": -1.0, "Serbian": -1.5, "Persian": -1.5}
JAPANESE = (
    "日月年時分名前者品番号数量計価格金額売上合計単位円重長高低大小中男女性別年齢身体温度気湿圧力速距離面積県市区町村東西南北"
    "都道府京阪海山川田国会社員店部課長商製造業種類地域住所電話備考注文担当顧客氏姓火水木土曜春夏秋冬赤青白黒緑黄良悪可不有無"
    "開始終了期間平均最値率点回目第一二三四五六七八九十百千万人口家学校生物本子手自動車機械新古旧正常異定測試験結果状態出入内外"
    "以上下後先今午方向行発表示色形式用使受注在庫配送料税込給与費収支利益予算実績前比増減鈴木佐藤高橋伊渡辺井松原島和美"
)
SIMPLIFIED = (
    "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么心多天而能好都然没日于"
    "起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三己老从动两长知民样现分将外但身些与高意进把法此实回二理美点月"
    "名姓龄性别男女城市区省县镇街路号码编代价格钱元数量单位总合计日期间时星季度产品类型种称客户部门公司业务销售额收入支出成本利润"
    "重量长宽高温湿压力速率面积体比例平均最值身材备注说明状态是否红黄蓝绿白黑东西南北春夏秋冬优良差合格等级张王李赵刘陈杨伟芳娜"
    "京海广州深圳汽车手机电脑苹果香蕉水果牛奶钢铁木金土石油气煤食物店商场地址话邮件联系项目工程质检测试验结果标准第次组"
)
TRADITIONAL = (
    "的一是不了在人有我他這中大來上國個到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可裡後小麼心多天而能好都然沒日於"
    "起還發成事只作當想看文無開手十用主行方又如前所本見經頭面公同三己老從動兩長知民樣現分將外但身些與高意進把法此實回二理美點月"
    "名姓齡性別男女城市區省縣鎮街路號碼編代價格錢元數量單位總合計日期間時星季度產品類型種稱客戶部門公司業務銷售額收入支出成本利潤"
    "重量長寬高溫濕壓力速率面積體比例平均最值身材備註說明狀態是否紅黃藍綠白黑東西南北春夏秋冬優良差合格等級張王李趙劉陳楊偉芳娜"
    "京海廣臺灣灣北雄汽車手機電腦蘋果香蕉水果牛奶鋼鐵木金土石油氣煤食物店商場地址話郵件聯繫項目工程質檢測試驗結果標準第次組"
)
HANGUL = (
    "이다는에의가고을하지로한은사자를기시도리인대어수나그일서부정상전아원장주제해보라만들여구성과동있공산게내적조금소신비안경년유방세"
    "오무연실계국모생중물위선거르음분진명남우화용발관미호스트래름번등개월별령학품량격매출업단체역김박최강영민군읍면길군철온습색빨파"
)
# Signs that stand in tables of all languages, the most frequent first. The no-break spaces are spelt out.
SIGNS = "\xa0°€’–²“”é…µ£³±«»½·•×™®©—§º‘ª‰¥→¼¾¡¿¢„‚‹›¹≥≤´†№‡¬÷¶˚¨¸ˆ˜¯¦¤"
WIDE = "、。・「」（）：，％！？～／－＋《》【】；　々ー℃㎡①②③"
OWN, SIGN, FOREIGN = (
    0.9,
    0.08,
    0.02,
)  # how often a character is the language's own, a sign, or a letter of a neighbour's
CAPITALS = 0.15  # of a letter's chance goes to its capital
LAST = 50  # so many times as frequent as the last of an alphabet is the first


@dataclass(frozen=True)
class Language:
    """The chances of a language's characters, as logarithms; what is not among them has the chance of `others`."""

    name: str
    chances: dict[str, float]
    others: float
    pairs: dict[str, float] = field(default_factory=dict)  # what letters add to each other's chances; " " is an edge
    strange: dict[str, float] = field(default_factory=dict)  # what a letter adds beside one that it never stands beside

    def chance(self, character: str) -> float:
        """The logarithm of a character's chance."""
        return self.chances.get(character, self.others)

    def beside(self, pair: str) -> float:
        """What two letters beside each other add to the chance."""
        return self.pairs.get(pair, self.strange.get(given(pair), 0.0))


@cache
def languages(script: str) -> tuple[Language, ...]:
    """The languages that are written in a script."""
    if script in _EAST:
        return (_eastern(script),)
    alphabets = ALPHABETS[script]
    others = LATIN if script in LATIN else {script: alphabets}
    neighbours = "".join(sorted({each for some in others.values() for each in "".join(some.values())}))
    return tuple(_alphabetic(name, letters, neighbours) for name, letters in alphabets.items())


LATIN = {"Western": WESTERN, "Central": CENTRAL, "Turkish": TURKISH, "Baltic": BALTIC}
ALPHABETS = LATIN | {"Cyrillic": CYRILLIC, "Greek": GREEK, "Hebrew": HEBREW, "Arabic": ARABIC}
_IN_LATIN = {name for some in LATIN.values() for name in some}


def _alphabetic(name: str, letters: str, neighbours: str) -> Language:
    """Letters and their capitals, signs, and letters of other languages of the script."""
    chances: dict[str, float] = {}
    for share, characters, last in ((OWN, letters, LAST), (FOREIGN, neighbours, 1)):
        for character, part in _ranked(characters, share, last):
            capital = character.upper()
            both = len(capital) == 1 and capital != character
            _add(chances, character, part * (1 - CAPITALS) if both else part)
            if both:
                _add(chances, capital, part * CAPITALS)
    for character, part in _ranked(SIGNS, SIGN, LAST):
        _add(chances, character, part)
    pairs, strange = _neighbours(name)
    return replace(_language(name, chances), pairs=pairs, strange=strange)


def given(pair: str) -> str:
    """The letter of a pair beside which the other, a blank here, is expected: the one beyond ASCII, else the first."""
    return f"_{pair[1]}" if pair[0] < "\x80" <= pair[1] else f"{pair[0]}_"


def _neighbours(name: str) -> tuple[dict[str, float], dict[str, float]]:
    """What pairs of letters add to the chance of a text, and what those add that the words of a language do not have.

    It is the logarithm of how much more frequent a letter is beside another than by itself; for pairs that were not
    seen, the chance is kept that Witten and Bell (1991, method C) keep: as many as there are different ones.
    """
    pairs = _pairs_of(WORDS[name])
    alone = _beside_any() if name in _IN_LATIN else _sides(pairs)
    seen, kinds = Counter[str](), Counter[str]()
    for pair, count in pairs.items():
        seen[given(pair)] += count
        kinds[given(pair)] += 1
    added = {}
    for pair, count in pairs.items():
        one = given(pair)
        other = int(one[1] == "_")
        usual = alone[other][pair[other]] / alone[other].total()
        added[pair] = math.log((count / usual + kinds[one]) / (seen[one] + kinds[one]))
    return added, {one: math.log(kinds[one] / (seen[one] + kinds[one])) for one in seen}


def _pairs_of(words: str) -> Counter[str]:
    """How often letters stand beside each other; a space is the edge of a word."""
    text = f" {' '.join(words.split())} "
    return Counter(fold(a) + fold(b) for a, b in pairwise(text) if not (a + b).isascii())


def fold(character: str) -> str:
    """The small letter; a space for what is no letter."""
    small = character.lower() if len(character.lower()) == 1 else character
    return small if character.isalpha() else " "


def _sides(pairs: Counter[str]) -> tuple[Counter[str], Counter[str]]:
    """How often each letter is the first of a pair, and how often the second."""
    first, second = Counter[str](), Counter[str]()
    for pair, count in pairs.items():
        first[pair[0]] += count
        second[pair[1]] += count
    return first, second


@cache
def _beside_any() -> tuple[Counter[str], Counter[str]]:
    """How often each letter stands before and behind letters beyond ASCII, in all languages of Latin letters."""
    every = Counter[str]()
    for name in _IN_LATIN:
        every += _pairs_of(WORDS[name])
    return _sides(every)


def _ranked(characters: str, share: float, last: float) -> list[tuple[str, float]]:
    """The characters with their parts of a share, which fall from each to the next by the same ratio."""
    weights = [last ** (-rank / max(len(characters) - 1, 1)) for rank in range(len(characters))]
    return [(character, share * weight / sum(weights)) for character, weight in zip(characters, weights, strict=True)]


def _add(chances: dict[str, float], character: str, chance: float) -> None:
    chances[character] = chances.get(character, 0.0) + chance


def _language(name: str, chances: dict[str, float]) -> Language:
    return Language(name, {each: math.log(chance) for each, chance in chances.items()}, math.log(1e-7))


_KANA = "".join(map(chr, range(0x3041, 0x3094))), "ー" + "".join(map(chr, range(0x30A1, 0x30F5)))
_HALF = "".join(map(chr, range(0xFF66, 0xFFA0)))
# The characters of each, with the share of them; then an encoding and the lead bytes of its first and second level.
_EAST: dict[str, tuple[tuple[tuple[float, str], ...], str, tuple[tuple[float, range], ...]]] = {
    "Japanese": (
        ((0.2, _KANA[0]), (0.2, _KANA[1]), (0.04, _HALF), (0.38, JAPANESE), (0.03, WIDE)),
        "euc-jp",
        ((0.14, range(0xB0, 0xD0)), (0.005, range(0xD0, 0xF5))),
    ),
    "Chinese, simplified": (
        ((0.7, SIMPLIFIED), (0.03, WIDE)),
        "gb2312",
        ((0.26, range(0xB0, 0xD8)), (0.01, range(0xD8, 0xF8))),
    ),
    "Chinese, traditional": (
        ((0.7, TRADITIONAL), (0.03, WIDE)),
        "big5",
        ((0.26, range(0xA4, 0xC7)), (0.01, range(0xC9, 0xFA))),
    ),
    "Korean": (
        ((0.7, HANGUL), (0.03, WIDE)),
        "euc-kr",
        ((0.26, range(0xB0, 0xC9)), (0.005, range(0xCA, 0xFE))),
    ),
}


@cache
def _eastern(name: str) -> Language:
    """The frequent characters, and those of the two levels into which the standards part the others."""
    shares, encoding, levels = _EAST[name]
    chances: dict[str, float] = {}
    for share, leads in levels:
        rows = b"".join(bytes((lead, trail)) for lead in leads for trail in range(0x40, 0xFF) if trail != 0x7F)
        characters = sorted({each for each in rows.decode(encoding, errors="ignore") if each >= "\u2000"})
        for character in characters:
            _add(chances, character, share / len(characters))
    for share, some in shares:
        for character in set(some):
            _add(chances, character, share / len(set(some)))
    for character, part in _ranked(SIGNS, 0.005, LAST):
        _add(chances, character, part)
    return _language(name, chances)
