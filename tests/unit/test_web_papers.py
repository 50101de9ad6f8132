"""Papers: read back from the PDF they say what is stored, on A4, with their own fonts, and the same facts make the same bytes."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from web.labels import Language
from web.papers.dispatch_order import WORDS, Printed, order_facts
from web.papers.setting import qr_code, set_paper
from web.store.orders import OrderDetail
from web.store.story import ApprovalRow

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
ID = UUID(int=7)
ORDER = OrderDetail(
    id=ID, order_no=10482, type="normal", state="returned", unit_id=ID, unit_name="市发展和改革委员会", unit_name_en="Development Commission",
    requester_id=ID, requester_name="王小明", requester_phone=None, passengers=3, purpose="meeting", purpose_text="赴高新区参加 #pagebreak() *项目* 推进会",
    class_wanted=None, confidential=False, origin={"name": "市政府东门", "lon": 117.0, "lat": 32.0}, stops=[{"name": "市医院", "lon": 117.0, "lat": 32.0}],
    destination={"name": "高新区管委会", "lon": 117.1, "lat": 32.1}, round_trip=True, planned_start_at=AT, planned_end_at=AT.replace(hour=5),
    earliest_start_at=None, latest_start_at=None, off_hours_approved=False, holiday_approved=False, vehicle_id=ID, plate="皖A00123", make_model="红旗 H5",
    driver_id=ID, driver_name="李师傅", driver_phone="13800000000", assigned_by_name="赵调度", assigned_by_phone=None, departed_at=AT, arrived_at=None,
    returned_at=AT.replace(hour=5), distance_m=42_300.0, distance_source="track", cost_cents=None, currency="CNY", rating=None, state_reason=None,
    created_at=AT, row_version=6, assignment_reason=None, route=None, route_source=None, route_distance_m=None, route_duration_s=None,
    depart_odometer_km=1000.5, return_odometer_km=None, tariff=None, receipt_note=None, cost_lines=None,
)  # fmt: skip
APPROVALS = [
    ApprovalRow(level=1, approver_id=ID, approver_name="孙主任", decision="approved", opinion="同意", order_row_version=2, decided_at=AT)
]  # fmt: skip


def printed(language: Language = "zh") -> Printed:
    return Printed(by="赵调度 · zhao", at=AT, language=language, zone=ZoneInfo("Asia/Shanghai"))


def order_paper(
    order: OrderDetail = ORDER, language: Language = "zh", approvals: list[ApprovalRow] | None = None
) -> bytes:
    decided = APPROVALS if approvals is None else approvals
    return set_paper("dispatch_order", order_facts(order, decided, ["王小明", "陈芳"], "合肥市", printed(language)))


def text_of(paper: bytes) -> str:
    """What is written, without the spaces a reader guesses between glyphs."""
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages).split())


def test_a_dispatch_order_says_everything_an_order_slip_says() -> None:
    """Number, unit, people, times in local time, places, vehicle, driver, who decided and when, odometer, signatures."""
    said = text_of(order_paper())
    for words in (
        "公务用车派车单", "10482", "市发展和改革委员会", "王小明、陈芳（3人）", "市政府东门", "市医院", "高新区管委会", "2026-03-0209:30", "2026-03-0213:30",
        "皖A00123", "李师傅13800000000", "孙主任批准同意2026-03-0209:30", "1000.5km", "42.3km", "用车人签字", "驾驶员签字", "派车人签字", "赵调度·zhao", "北京时间",
    ):  # fmt: skip
        assert words in said, words
    assert "赴高新区参加#pagebreak()*项目*推进会" in said  # what somebody wrote is printed, never set
    assert "Nobodyhasdecidedyet" in text_of(order_paper(language="en", approvals=[]))


def test_equal_facts_make_equal_bytes_on_one_page_of_a4_with_embedded_subsets() -> None:
    """The paper can be compared and archived; a printer needs no font of ours."""
    paper = order_paper()
    assert paper == order_paper()
    assert paper != order_paper(replace(ORDER, order_no=10483))
    (page,) = PdfReader(io.BytesIO(paper)).pages
    assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]
    fonts: Any = page["/Resources"]["/Font"]  # type: ignore[index]
    for font in fonts.values():
        inner = font.get_object()["/DescendantFonts"][0].get_object()
        assert inner["/FontDescriptor"].get_object()["/FontFile3"]
        assert inner["/BaseFont"][7] == "+"  # of a subset
    assert len(paper) < 120_000


@pytest.mark.parametrize("number", ["1", "10482", "2147483647"])
def test_the_code_is_drawn_from_the_number(number: str) -> None:
    """Another number is another drawing; the smallest code is enough for every number there can be."""
    assert qr_code(number) != qr_code(number + "0")
    assert 'width="21"' in qr_code(number)


def test_every_word_of_the_paper_is_in_both_languages() -> None:
    assert all(zh and en for zh, en in WORDS.values())
