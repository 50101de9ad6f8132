"""Sets a paper: facts go into a template as data, never as markup, and come out as PDF."""

import functools
import io
import json
from collections.abc import Mapping
from pathlib import Path

import pylopdf_fonts_zh_cn
import segno
import typst

TEMPLATES = Path(__file__).parent
FONTS = Path(pylopdf_fonts_zh_cn.__file__).parent
PDF_TYPE = "application/pdf"


def set_paper(template: str, facts: Mapping[str, object]) -> bytes:
    """The PDF of `template` filled with `facts` (JSON values). Takes some 50 ms of one core; equal facts give equal bytes."""
    return typst.compile(
        str(TEMPLATES / f"{template}.typ"),
        root=str(TEMPLATES),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"facts": json.dumps(facts, ensure_ascii=False, sort_keys=True)},
    )


@functools.lru_cache(maxsize=256)
def qr_code(text: str) -> str:
    """A QR code as SVG; error correction M, read from a creased paper."""
    drawn = io.BytesIO()
    segno.make_qr(text, error="m").save(drawn, kind="svg", border=0, xmldecl=False)
    return drawn.getvalue().decode()
