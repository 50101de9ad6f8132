"""A whole list as a file: its rows in words, and what the file says about itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from fastapi import Response

from web.exports.columns import Reader
from web.exports.formats import CSV_TYPE, DATUM, MOST_ROWS, XLSX_TYPE, Sheet, as_csv, as_xlsx
from web.exports.tables import TABLES

# Filters of lists: their names, and the group their values are codes of ("" = as typed, "id", "instant", "yes").
FILTERS: Mapping[str, tuple[str, str, str]] = {
    "q": ("搜索", "Search", ""),
    "rule": ("规则", "Rule", "ruleName"),
    "severity": ("等级", "Level", "severity"),
    "judgement": ("判断", "Judgement", "judgement"),
    "state": ("状态", "State", "orderState"),
    "kind": ("指令", "Command", "commandKind"),
    "area_kind": ("区域类型", "Kind", "areaKind"),
    "category": ("场所类别", "Class of place", "placeKind"),
    "fence_state": ("状态", "State", "fenceState"),
    "change": ("变化", "Change", "previewChange"),
    "area": ("围栏", "Fence", "id"),
    "event": ("事件", "Event", "fenceEvent"),
    "withdrawn": ("含已撤回", "With withdrawn ones", "yes"),
    "draft_state": ("状态", "State", "draftState"),
    "plan_state": ("状态", "State", "planState"),
    "plan_kind": ("方案类型", "Kind of plan", "planKind"),
    "disruption": ("情形", "What", "disruption"),
    "disruption_state": ("结果", "Outcome", "disruptionState"),
    "absence": ("缺勤类型", "Kind of absence", "absenceKind"),
    "qualification": ("资格类型", "Kind of qualification", "qualificationKind"),
    "outcome": ("结果", "Outcome", "askOutcome"),
    "expiring_until": ("到期不晚于", "Ends by", ""),
    "undecided": ("仅待决定的", "Undecided only", "yes"),
    "heard": ("判定", "Taken as", "commandHeard"),
    "fault": ("故障", "Fault", "deviceFault"),
    "line": ("线路", "Line", "deviceLine"),
    "model": ("型号", "Model", ""),
    "installer": ("安装单位", "Installer", ""),
    "status": ("车辆状态", "Status", "vehicleStatus"),
    "role": ("角色", "Role", "role"),
    "unit": ("单位", "Unit", "id"),
    "vehicle": ("车辆", "Vehicle", "id"),
    "device": ("终端", "Locator", ""),
    "reason": ("原因", "Reason", "quarantine"),
    "settled": ("已处理", "Settled", "yes"),
    "source": ("报文来源", "Form", "foreignForm"),
    "what": ("内容", "What", "calendarWhat"),
    "standing": ("状态", "State", "ruleStanding"),
    "vehicle_class": ("车辆类别", "Vehicle class", "vehicleClass"),
    "differing": ("只看有差异的", "Differing only", "yes"),
    "year": ("年份", "Year", ""),
    "current": ("现在有效", "Holds now", "yes"),
    "dry": ("仅预演", "Preview only", "yes"),
    "month": ("月份", "Month", ""),
    "compared": ("核对结果", "Compared", "mileageCompared"),
    "why": ("原因", "Reason", "mileageReason"),
    "at": ("时刻", "At", "instant"),
    "from": ("从", "From", "instant"),
    "to": ("至", "Until", "instant"),
    "least_s": ("最短停留（秒）", "Least stop (s)", ""),
    "with_alert": ("仅有疑点的", "With a suspicion only", "yes"),
    "without_order": ("仅无派车单的", "Without an order only", "yes"),
    "mine": ("本人的", "Own", "yes"),
    "driving": ("本人驾驶的", "Driven by oneself", "yes"),
    "unread": ("未读", "Unread", "yes"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Taking:
    """Who takes which list, when, narrowed to what."""

    name: str  # of the list, a key of TABLES
    taken_by: str
    taken_at: datetime
    asked: Sequence[tuple[str, str]]  # the filters as the request named them
    names: Mapping[str, tuple[str, str]]  # Chinese and English name of units and vehicles among them
    truncated: bool  # True: more than MOST_ROWS rows matched


def file_of(rows: Sequence[Any], taking: Taking, reader: Reader, wanted: str) -> Response:
    """The file as an answer that is saved, named after the list and the civil time."""
    sheet = sheet_of(rows, taking, reader)
    made, media_type = (as_csv(sheet), CSV_TYPE) if wanted == "csv" else (as_xlsx(sheet), XLSX_TYPE)
    when = f"{reader.civil(taking.taken_at):%Y%m%d-%H%M}"
    plain, named = (quote(f"{name}-{when}.{wanted}") for name in (taking.name, sheet.title))
    saved = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{named}"
    return Response(made, media_type=media_type, headers={"Content-Disposition": saved})


def sheet_of(rows: Sequence[Any], taking: Taking, reader: Reader) -> Sheet:
    """The list in the reader's words."""
    table = TABLES[taking.name]
    return Sheet(
        title=table.title(reader),
        header=[column.heading(reader) for column in table.columns],
        rows=[[column.show(row, reader) for column in table.columns] for row in rows],
        facts_title="导出说明" if reader.language == "zh" else "About this file",
        facts=_facts(len(rows), taking, reader, table.title(reader)),
    )


def _facts(count: int, taking: Taking, reader: Reader, title: str) -> list[tuple[str, str]]:
    zh = reader.language == "zh"
    facts = [
        ("内容" if zh else "List", title),
        ("导出人" if zh else "Taken by", taking.taken_by),
        ("导出时间" if zh else "Taken at", f"{reader.civil(taking.taken_at):%Y-%m-%d %H:%M:%S}"),
        ("时区" if zh else "Time zone", reader.zone_name),
        ("筛选条件" if zh else "Filter", _filter(taking, reader)),
        ("条数" if zh else "Rows", str(count)),
        ("坐标系" if zh else "Datum", DATUM),
    ]
    if taking.truncated:
        facts.append(("不完整", f"只含前 {MOST_ROWS} 条") if zh else ("Incomplete", f"only the first {MOST_ROWS} rows"))
    return facts


def _filter(taking: Taking, reader: Reader) -> str:
    said = [
        f"{FILTERS[name][0 if reader.language == 'zh' else 1]}: {_value(taking, reader, name, value)}"
        for name, value in taking.asked
        if name in FILTERS
    ]
    return "; ".join(said) or ("无" if reader.language == "zh" else "none")


def _value(taking: Taking, reader: Reader, name: str, value: str) -> str:
    states = {
        "alerts": "alertState",
        "device-tickets": "ticketState",
        "device-commands": "commandState",
        "calendar-changes": "changeState",
        "rule-changes": "ruleChangeState",
    }
    group = states.get(taking.name, FILTERS[name][2]) if name == "state" else FILTERS[name][2]
    if name == "what" and taking.name.startswith("rule-"):
        group = "ruleWhat"
    if group == "id":
        return taking.names.get(value, (value, value))[0 if reader.language == "zh" else 1]
    if group == "instant":
        return _instant(reader, value)
    if group == "yes":
        return reader.word("common", "yes" if value in {"true", "1"} else "no")
    return reader.word(group, value) if group else value


def _instant(reader: Reader, value: str) -> str:
    """Civil time; as typed when it is another form of instant, or a filter this list does not know."""
    try:
        return f"{reader.civil(datetime.fromisoformat(value)):%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError):
        return value
