"""How names sound and how they are typed: pinyin syllables, and the plain form in which a name and a query are compared."""

import re
import unicodedata
from functools import lru_cache

CHINESE = re.compile(r"[\u3400-\u9fff]")
_NOT_COMPARED = re.compile(r"[^\w]|_")


def plain(text: str) -> str:
    """Letters, digits and characters only: without case, accents, width, spaces and signs."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return _NOT_COMPARED.sub("", "".join(sign for sign in apart if not unicodedata.combining(sign)))


def is_chinese(text: str) -> bool:
    """Does it have a Chinese character?"""
    return CHINESE.search(text) is not None


@lru_cache(maxsize=100_000)
def sound_of(name: str) -> str:
    """The syllables of a Chinese name in lower case with a space between, digits and letters as they are; "" for others."""
    if not is_chinese(name):
        return ""
    from pypinyin import lazy_pinyin  # 40 MB of dictionaries: only for who makes names sound

    return " ".join(filter(None, (plain(part) for part in lazy_pinyin(name, v_to_u=False))))


def initials_of(sound: str) -> str:
    """The first letter of every syllable: "shi zheng fu" -> "szf"."""
    return "".join(syllable[0] for syllable in sound.split())
