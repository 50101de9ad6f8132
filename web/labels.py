"""The interface's own words for codes, for files people take away, and for finding a rule by its name.

`labels.json` is written from the interface's texts (`npm run labels`; docs/decisions/0008-words-of-files.md), so a file
and the screen never call one thing by two names. Measured values are put as `web/ui/src/app/measure.ts` puts them.
"""

import json
import math
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
_WORDS: Mapping[str, Mapping[str, str]] = json.loads((Path(__file__).parent / "labels.json").read_text("utf-8"))


def word(language: Language, group: str, code: str | None) -> str:
    """The word for a code of a group; the code itself when there is none."""
    return "" if code is None else _WORDS[language].get(f"{group}.{code}", code)


def sentence(language: Language, group: str, code: str, values: Mapping[str, object]) -> str:
    """A text with its values filled in."""
    text = word(language, group, code)
    for name, value in values.items():
        text = text.replace("{{" + name + "}}", str(value))
    return text


def rules_named(q: str | None) -> list[str]:
    """Rules whose name in one of the languages contains these words."""
    words = (q or "").strip().lower()
    return sorted(
        {
            key.removeprefix("ruleName.")
            for texts in _WORDS.values()
            for key, name in texts.items()
            if words and key.startswith("ruleName.") and words in name.lower()
        }
    )


def measured(language: Language, name: str, value: object) -> str:
    """A measured value with its unit, which the ending of its name says."""
    if isinstance(value, bool):
        return word(language, "common", "yes" if value else "no")
    if isinstance(value, int | float):
        return _number(language, name, value)
    if isinstance(value, list):
        between = word(language, "punctuation", "comma")
        return between.join(word(language, "metricValue", str(one)) for one in value) or "—"
    return "—" if value is None else word(language, "metricValue", str(value))


def metrics(language: Language, values: Mapping[str, object]) -> str:
    """What a rule measured, in one line."""
    between = "；" if language == "zh" else "; "
    return between.join(
        f"{word(language, 'metric', name)} {measured(language, name, value)}"
        for name, value in values.items()
        if value not in (None, [])
    )


def _number(language: Language, name: str, value: float) -> str:
    unit = name.rpartition("_")[2]
    if unit in {"m", "km"}:
        return _distance(language, value * (1000 if unit == "km" else 1))
    if unit in {"min", "s"}:
        return _duration(language, value * (60 if unit == "min" else 1))
    if unit == "kmh":
        return _with_unit(language, "kmh", _rounded(value, 0))
    if unit == "ratio":
        return str(_rounded(value, 2))
    return str(value if isinstance(value, int) or value.is_integer() else _rounded(value, 1)).removesuffix(".0")


def _distance(language: Language, metres: float) -> str:
    if metres < 1000:
        return _with_unit(language, "m", _floored(metres, 0))
    return _with_unit(language, "km", _floored(metres / 1000, 2 if metres < 10_000 else 1))


def _duration(language: Language, seconds: float) -> str:
    if seconds < 60:
        return _with_unit(language, "s", _floored(seconds, 0))
    if seconds < 600:
        return _with_unit(language, "min", _floored(seconds / 60, 1))
    hours, minutes = divmod(int(_floored(seconds / 60, 0)), 60)
    parts = [(hours, "h"), (minutes, "min")]
    return " ".join(_with_unit(language, unit, str(count)) for count, unit in parts if count)


def _with_unit(language: Language, unit: str, value: object) -> str:
    return sentence(language, "measure", unit, {"value": value})


def _floored(value: float, decimals: int) -> str:
    factor = 10**decimals
    return repr(math.floor(value * factor + 1e-6) / factor).removesuffix(".0")


def _rounded(value: float, decimals: int) -> Decimal:
    return Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
