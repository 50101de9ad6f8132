"""Names for streets, villages and places in Chinese and English. A stock hands every name out once,
so that "which street" has one answer; the drawing order makes the same seed give the same names.
"""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, kw_only=True, slots=True)
class Name:
    """A name in both languages of the interface."""

    zh: str
    en: str


_FIRST = (
    ("春", "Chun"), ("晨", "Chen"), ("明", "Ming"), ("安", "An"), ("永", "Yong"), ("和", "He"),
    ("文", "Wen"), ("新", "Xin"), ("长", "Chang"), ("金", "Jin"), ("银", "Yin"), ("玉", "Yu"),
    ("青", "Qing"), ("清", "Qing"), ("云", "Yun"), ("景", "Jing"), ("瑞", "Rui"), ("福", "Fu"),
    ("嘉", "Jia"), ("华", "Hua"), ("德", "De"), ("仁", "Ren"), ("兴", "Xing"), ("朝", "Chao"),
    ("望", "Wang"), ("梅", "Mei"), ("竹", "Zhu"), ("松", "Song"), ("柳", "Liu"), ("桂", "Gui"),
    ("荷", "He"), ("凤", "Feng"), ("龙", "Long"), ("星", "Xing"), ("月", "Yue"), ("海", "Hai"),
)  # fmt: skip
_SECOND = (
    ("晖", "hui"), ("平", "ping"), ("宁", "ning"), ("泰", "tai"), ("康", "kang"), ("乐", "le"),
    ("丰", "feng"), ("源", "yuan"), ("泉", "quan"), ("林", "lin"), ("桥", "qiao"), ("塘", "tang"),
    ("浦", "pu"), ("溪", "xi"), ("亭", "ting"), ("园", "yuan"), ("昌", "chang"), ("阳", "yang"),
    ("庆", "qing"), ("成", "cheng"), ("祥", "xiang"), ("波", "bo"), ("岭", "ling"), ("湾", "wan"),
)  # fmt: skip

# What a road of a class is called.
_STREET_WORDS = {
    "primary": (("大道", "Avenue"),),
    "secondary": (("路", "Road"), ("路", "Road"), ("大街", "Street")),
    "tertiary": (("路", "Road"), ("路", "Road"), ("街", "Street")),
    "residential": (("路", "Road"), ("街", "Street"), ("街", "Street")),
    "living_street": (("巷", "Lane"), ("里", "Alley"), ("弄", "Alley")),
    "service": (("巷", "Lane"), ("支路", "Branch Road")),
    "unclassified": (("路", "Road"),),
}
_SURNAMES = (
    ("王", "Wang"), ("李", "Li"), ("张", "Zhang"), ("刘", "Liu"), ("陈", "Chen"), ("杨", "Yang"),
    ("赵", "Zhao"), ("黄", "Huang"), ("周", "Zhou"), ("吴", "Wu"), ("徐", "Xu"), ("孙", "Sun"),
    ("马", "Ma"), ("朱", "Zhu"), ("胡", "Hu"), ("郭", "Guo"), ("何", "He"), ("高", "Gao"),
)  # fmt: skip
_VILLAGE_WORDS = (
    ("家庄", "jiazhuang"), ("家村", "jiacun"), ("家湾", "jiawan"), ("家桥", "jiaqiao"), ("家店", "jiadian"),
)  # fmt: skip


class NameStock:
    """Gives names away, each once."""

    def __init__(self, rng: Random) -> None:
        self._stems = [Name(zh=a[0] + b[0], en=a[1] + b[1]) for a in _FIRST for b in _SECOND if a[0] != b[0]]
        self._villages = [Name(zh=a[0] + b[0], en=a[1] + b[1]) for a in _SURNAMES for b in _VILLAGE_WORDS]
        rng.shuffle(self._stems)
        rng.shuffle(self._villages)
        self._given: set[str] = set()
        self._at = 0
        self._rng = rng

    def stem(self) -> Name:
        """Two characters that mean something pleasant, for compounds, hotels and schools."""
        self._at += 1
        return self._stems[(self._at - 1) % len(self._stems)]

    def street(self, road_class: str) -> Name:
        """A street name nobody has had yet."""
        words = _STREET_WORDS.get(road_class, _STREET_WORDS["residential"])
        for attempt in range(3 * len(self._stems)):
            stem, word = self.stem(), self._rng.choice(words)
            side = ("", "") if attempt < len(self._stems) else self._rng.choice(_SIDES)
            name = Name(zh=stem.zh + side[0] + word[0], en=f"{stem.en} {side[1]}{word[1]}")
            if name.zh not in self._given:
                self._given.add(name.zh)
                return name
        raise LookupError(f"no free street name of class {road_class}")

    def village(self) -> Name:
        """A village called after the family that settled it."""
        return self._villages.pop()


_SIDES = (("东", "East "), ("西", "West "), ("南", "South "), ("北", "North "), ("中", "Middle "))
