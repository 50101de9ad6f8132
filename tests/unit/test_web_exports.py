"""Exported files open in an office: header first, words and civil time, no formula, and they say where they come from."""

import csv
import io
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import load_workbook

from web.exports.columns import Reader
from web.exports.formats import Sheet, as_csv, as_xlsx, guard_cell
from web.exports.sheets import Taking, file_of, sheet_of
from web.exports.tables import TABLES
from web.routes.event_day import ExceptionRow, WavePunctualRow, WaveReadyRow
from web.routes.messages import MessageItem
from web.routes.sizing import SizingDayRow, SizingDriverRow, SizingUnitRow, SizingVehicleRow
from web.routes.vehicles import VehicleItem
from web.store.alerts import AlertRow
from web.store.calendar import CalendarChangeRow, CalendarVersionRow, LocalDayRow, SealPeriodRow, UnitHoursRow
from web.store.commands import AnswerRow, CommandRow
from web.store.depots import DepotDayRow, DepotRow, DepotStayRow
from web.store.disruptions import DisruptionRow
from web.store.drivers import AbsenceRow, AskRow, QualificationRow, ShiftRow
from web.store.ending import LostRow
from web.store.events import EventChangeRow, EventRow, EventRunRow, EventVersionRow, LotRow, MovementRow
from web.store.fence_events import FenceEventRow
from web.store.fences import DraftRow, FenceRow, PreviewFindingRow
from web.store.fleet_policy import FleetPolicyRow, PaperRow
from web.store.foreign_names import ForwarderRow, SourceBindingRow
from web.store.health import HealthRow, TicketRow
from web.store.home_travel import HomeTravelRow
from web.store.ladder import LumpSumRow, VendorPriceRow, VendorRow
from web.store.lending import LendingRow
from web.store.mileage import MileageDayRow, MileageMonthRow
from web.store.money import StatementLine, TariffRow, UnitMonthRow
from web.store.named_places import NamedPlaceRow
from web.store.notices import NoticeRow
from web.store.orders import OrderRow
from web.store.past import DriveRow, StopRow
from web.store.people import PersonRow, UnitRow
from web.store.plans import PlanRow
from web.store.quarantine import QuarantineRow
from web.store.records import RecordRow
from web.store.register import DeviceRow
from web.store.reprocessing import RunRow
from web.store.rulebook import RuleChangeRow, RuleCountRow, RuleDifferenceRow, RuleLineRow, RuleMuteRow
from web.store.series import SeriesRow
from web.store.timeshare import ShareCarRow, ShareSiteRow
from web.store.waiting import UpkeepRow, WaitRow

DANGEROUS = set("=+-@\t\r\n\0＝＋－＠")
AT = datetime(2026, 2, 14, 16, 30, 5, 123456, tzinfo=UTC)  # 15 February, half past midnight in Shanghai
CIVIL = datetime.fromisoformat("2026-02-15T00:30:05")
ZH = Reader(language="zh", zone=ZoneInfo("Asia/Shanghai"))
EN = Reader(language="en", zone=ZoneInfo("Asia/Shanghai"))
ROWS: dict[str, type] = {
    "lending": LendingRow, "vendors": VendorRow, "vendor-prices": VendorPriceRow, "lump-sums": LumpSumRow,
    "vehicles": VehicleItem, "alerts": AlertRow, "orders": OrderRow, "notices": NoticeRow, "units": UnitRow,
    "people": PersonRow, "devices": DeviceRow, "quarantine": QuarantineRow, "device-health": HealthRow, "device-tickets": TicketRow, "device-commands": CommandRow, "device-answers": AnswerRow, "source-bindings": SourceBindingRow, "forwarders": ForwarderRow,
    "reprocess-runs": RunRow, "messages": MessageItem, "fences": FenceRow, "fence-drafts": DraftRow, "fence-preview": PreviewFindingRow, "fence-events": FenceEventRow, "depots": DepotRow, "named-places": NamedPlaceRow, "depot-days": DepotDayRow, "depot-vehicles": DepotStayRow, "audit": RecordRow, "journal": RecordRow,
    "local-days": LocalDayRow, "unit-hours": UnitHoursRow, "seal-periods": SealPeriodRow, "calendar-versions": CalendarVersionRow, "calendar-changes": CalendarChangeRow,
    "rule-versions": RuleLineRow, "rule-mutes": RuleMuteRow, "rule-changes": RuleChangeRow, "rule-preview-counts": RuleCountRow, "rule-preview-differences": RuleDifferenceRow,
    "order-series": SeriesRow, "wait-list": WaitRow, "upkeep": UpkeepRow, "home-travel": HomeTravelRow,
    "mileage": MileageMonthRow, "mileage-days": MileageDayRow, "drives": DriveRow, "stops": StopRow, "plans": PlanRow, "disruptions": DisruptionRow,
    "fleet-policies": FleetPolicyRow, "vehicle-papers": PaperRow,
    "driver-shifts": ShiftRow, "driver-absences": AbsenceRow, "driver-qualifications": QualificationRow, "driver-asks": AskRow,
    "tariffs": TariffRow, "statements": UnitMonthRow, "statement-lines": StatementLine,
    "sizing-days": SizingDayRow, "sizing-vehicles": SizingVehicleRow, "sizing-drivers": SizingDriverRow, "sizing-units": SizingUnitRow, "lost-property": LostRow, "share-sites": ShareSiteRow, "share-cars": ShareCarRow,
    "events": EventRow, "event-versions": EventVersionRow, "event-changes": EventChangeRow, "event-movements": MovementRow, "event-lots": LotRow,
    "event-runs": EventRunRow, "event-readiness": WaveReadyRow, "event-punctuality": WavePunctualRow, "event-exceptions": ExceptionRow,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """Any row: whatever is not named is absent."""

    values: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        return self.values.get(name)


def sheet(*rows: list[Any]) -> Sheet:
    return Sheet(
        title="车辆", header=["车牌", "备注"], rows=list(rows), facts_title="导出说明", facts=[("导出人", "=a")]
    )


def taking(**changes: Any) -> Taking:
    about = {"name": "alerts", "taken_by": "孙正 · inspector", "taken_at": AT, "asked": [], "names": {}}
    return Taking(**{**about, "truncated": False, **changes})


def read_csv(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@given(st.text())
def test_no_text_cell_starts_a_formula(text: str) -> None:
    """Whatever a person typed into a note, the spreadsheet shows it as text."""
    cell = guard_cell(text)
    assert isinstance(cell, str)
    assert not cell or cell.lstrip(" ")[:1] not in DANGEROUS


def test_numbers_and_times_stay_what_they_are() -> None:
    """A negative number is not text with a minus."""
    assert guard_cell(-1.5) == -1.5
    assert guard_cell(None) == ""
    assert guard_cell(CIVIL) == CIVIL


@given(st.text(), st.none() | st.text())
def test_csv_reads_back_as_rows_with_the_header_first(plate: str, note: str | None) -> None:
    """Commas, quotes and line ends inside a cell do not break the file; facts follow below."""
    rows = read_csv(as_csv(sheet([plate, note], [date(2026, 2, 15), 2.5])))
    assert rows[:3] == [["车牌", "备注"], [guard_cell(plate), guard_cell(note)], ["2026-02-15", "2.5"]]
    assert rows[3:] == [[], ["导出说明"], ["导出人", "'=a"]]


@given(st.text(max_size=50))
@example("\x1f=0")  # the control character falls away
def test_xlsx_accepts_any_text_without_formulas(note: str) -> None:
    """Control characters do not make the file unreadable and no cell is a formula; times are times."""
    book = load_workbook(io.BytesIO(as_xlsx(sheet(["沪A00001", note], [CIVIL, None]))))
    assert book.sheetnames == ["车辆", "导出说明"]
    assert all(cell.data_type != "f" for page in book for row in page.iter_rows() for cell in row)
    assert book["车辆"]["A1"].value == "车牌"
    assert book["车辆"]["A3"].value == CIVIL
    assert book["导出说明"]["B1"].value == "'=a"


@pytest.mark.parametrize("name", TABLES)
def test_every_column_names_a_field_of_its_list(name: str) -> None:
    """A column of a field that is gone would be empty for ever; a row of absent values can be written."""
    known = {field.name for field in fields(ROWS[name])}
    asked: set[str] = set()

    class Asked:
        def __getattr__(self, field: str) -> Any:
            asked.add(field)
            return {"params": {}, "figures": {}, "roles": [], "metrics": {}, "action": "x", "kind": "x"}.get(field)

    for reader in (ZH, EN):
        made = sheet_of([Asked()], taking(name=name), reader)
        assert len(made.rows[0]) == len(made.header) == len(set(made.header))
    assert asked <= known


def test_a_suspicion_is_told_in_words_and_civil_time() -> None:
    """No codes, no identifiers, no braces: what the screen says, in the language asked for."""
    alert = Row(values={
        "alert_no": 7, "rule": "R01", "plate": "晨A00001", "unit_name": "市财政局", "unit_name_en": "Finance Bureau",
        "started_at": AT, "severity": "R", "judgement": "suspected", "state": "closed_episode", "revision": 2,
        "metrics": {"distance_m": 2400, "doubts": ["gap"]}, "lon": 116.4, "lat": 39.9,
    })  # fmt: skip
    made = sheet_of([alert], taking(), ZH)
    told = dict(zip(made.header, made.rows[0], strict=True))
    assert told["开始时间（北京时间）"] == CIVIL
    assert (told["规则"], told["当时使用单位"], told["等级"]) == ("无单用车", "市财政局", "重点")
    assert told["测得数据"] == "行驶里程 2.4 公里；存疑原因 信号中断"
    english = sheet_of([alert], taking(), EN)
    told = dict(zip(english.header, english.rows[0], strict=True))
    assert told["Began (Beijing time)"] == CIVIL
    assert (told["Rule"], told["Unit using it then"]) == ("use without order", "Finance Bureau")


def test_a_file_says_who_took_what_when_and_how_it_was_narrowed() -> None:
    """In words; its name has the civil time; a cut list says so."""
    unit = "11111111-2222-3333-4444-555555555555"
    asked = [("rule", "R07"), ("state", "open"), ("unit", unit), ("from", "2026-02-14T16:00:00+00:00"), ("limit", "9")]
    cut = taking(asked=asked, names={unit: ("市财政局", "Finance Bureau")}, truncated=True)
    facts = dict(sheet_of([], cut, ZH).facts)
    assert facts["导出人"] == "孙正 · inspector"
    assert facts["导出时间"] == "2026-02-15 00:30:05"
    assert facts["筛选条件"] == "规则: 偏离路线; 状态: 进行中; 单位: 市财政局; 从: 2026-02-15 00:00"
    assert facts["坐标系"] == "WGS 84 (EPSG:4326)"
    assert "50000" in facts["不完整"]
    disposition = file_of([], cut, EN, "xlsx").headers["content-disposition"]
    assert 'filename="alerts-20260215-0030.xlsx"' in disposition
    assert "filename*=UTF-8''Suspicions-20260215-0030.xlsx" in disposition


def test_an_entry_of_a_record_is_told_without_identifiers() -> None:
    entry = Row(values={
        "happened_at": AT, "actor": "孙正", "action": "view_alert", "object_kind": "alert", "object_name": "7 晨A00001",
        "reason": "核实疑点", "detail": {"rule": "R01", "vehicle": "11111111-2222-3333-4444-555555555555"},
    })  # fmt: skip
    assert sheet_of([entry], taking(name="audit"), ZH).rows[0][1:] == [
        "孙正", "查看疑点", "疑点", "7 晨A00001", "核实疑点", "rule=R01",
    ]  # fmt: skip
    step = Row(values={"action": "order.approve", "object_kind": "order", "detail": {}})
    assert sheet_of([step], taking(name="journal"), ZH).rows[0][2] == "批准"
