"""The lists of fences as files: fences, drafts, previews, events, and how full depots are."""

from collections.abc import Mapping

from web import labels
from web.exports.columns import Table, code, degrees, instant, made, named, plain, yes_no

FENCES = Table("电子围栏", "Fences", (
    plain("编码", "Code", "code"),
    plain("名称", "Name", "name"),
    plain("英文名称", "English name", "name_en"),
    code("类型", "Kind", "kind", "areaKind"),
    code("场所类别", "Class of place", "category", "placeKind"),
    code("图形", "Shape", "shape", "fenceShape"),
    plain("车位", "Places", "capacity"),
    plain("限速（km/h）", "Speed limit (km/h)", "speed_limit_kmh"),
    yes_no("有事件提醒", "Events are told", "watched"),
    plain("版本", "Version", "version_no"),
    code("状态", "State", "state", "fenceState"),
    instant("生效时间", "In force from", "since"),
    instant("失效时间", "In force until", "until"),
    instant("下次变更", "Changes", "changes_at"),
    plain("待发布草稿", "Drafts", "drafts"),
))  # fmt: skip

FENCE_DRAFTS = Table("围栏草稿", "Drafts of fences", (
    plain("草稿号", "Draft no.", "draft_no"),
    plain("编码", "Code", "code"),
    plain("名称", "Name", "name"),
    plain("英文名称", "English name", "name_en"),
    code("类型", "Kind", "kind", "areaKind"),
    code("场所类别", "Class of place", "category", "placeKind"),
    code("图形", "Shape", "shape", "fenceShape"),
    plain("车位", "Places", "capacity"),
    plain("限速（km/h）", "Speed limit (km/h)", "speed_limit_kmh"),
    instant("生效时间", "In force from", "effective_at"),
    yes_no("到期撤销", "Ends the fence", "ends"),
    plain("来源文件", "File", "source"),
    made("提示", "Warnings", lambda row, reader: "；".join(
        labels.sentence(reader.language, "fenceWarning", each["code"], each["params"]) for each in row.warnings or ())),
    code("状态", "State", "state", "draftState"),
    plain("最后修改人", "Changed by", "updated_by_name"),
    instant("最后修改", "Changed", "updated_at"),
    plain("办结人", "Settled by", "settled_by_name"),
    instant("办结时间", "Settled", "settled_at"),
))  # fmt: skip

FENCE_PREVIEW = Table("围栏预览", "Preview of a fence", (
    code("变化", "Change", "change", "previewChange"),
    code("规则", "Rule", "rule", "ruleName"),
    plain("车牌", "Plate", "plate"),
    named("当时使用单位", "Unit using it then", "unit_name"),
    instant("开始时间", "Began", "started_at"),
    instant("结束时间", "Ended", "ended_at"),
    code("等级", "Level", "severity", "severity"),
    code("判断", "Judgement", "judgement", "judgement"),
    made("测得数据", "Measured", lambda row, reader: labels.metrics(reader.language, row.metrics)),
))  # fmt: skip

FENCE_EVENTS = Table("围栏事件", "Events at fences", (
    instant("发生时间", "Happened", "happened_at"),
    code("事件", "Event", "event", "fenceEvent"),
    named("围栏", "Fence", "name"),
    plain("围栏编码", "Code of the fence", "code"),
    code("围栏类型", "Kind of fence", "kind", "areaKind"),
    plain("当时版本", "Version then", "version_no"),
    plain("车牌", "Plate", "plate"),
    named("当时使用单位", "Unit using it then", "unit_name"),
    made("停留", "Stayed", lambda row, reader: None if row.stayed_s is None else labels.measured(reader.language, "stayed_s", row.stayed_s)),
    instant("判定时间", "Settled by the fix of", "known_at"),
    plain("更正次数", "Findings", "revision"),
    yes_no("已撤回", "Withdrawn", "withdrawn"),
    yes_no("已通知", "Somebody was told", "told"),
))  # fmt: skip

DEPOTS = Table("停车场占用", "Depots", (
    plain("编码", "Code", "code"),
    named("停车场", "Depot", "name"),
    plain("现有车辆", "Vehicles now", "standing"),
    plain("车位", "Places", "capacity"),
    plain("超出", "Over", "over"),
    plain("今日峰值", "Peak of today", "peak"),
    instant("峰值时间", "Peak at", "peak_at"),
    plain("峰值时车位", "Places then", "peak_capacity"),
    instant("下次变更", "Changes", "changes_at"),
    plain("变更后车位", "Places after it", "next_capacity"),
))  # fmt: skip

DEPOT_DAYS = Table("停车场每日峰值", "Peaks of a depot", (
    plain("日期", "Day", "day"),
    plain("峰值", "Peak", "vehicles"),
    instant("峰值时间", "Peak at", "at"),
    plain("当时车位", "Places then", "capacity"),
    plain("超出", "Over", "over"),
))  # fmt: skip

DEPOT_VEHICLES = Table("停车场车辆", "Vehicles in a depot", (
    plain("车牌", "Plate", "plate"),
    named("当时使用单位", "Unit using it then", "unit_name"),
    instant("到达", "Arrived", "arrived_at"),
    instant("离开", "Left", "left_at"),
))  # fmt: skip

NAMED_PLACES = Table("本单位地名", "Own names of places", (
    plain("名称", "Name", "name"),
    plain("英文名称", "English name", "name_en"),
    made("简称", "Short names", lambda row, _: "、".join(row.short_names or [])),
    code("类别", "Class of place", "kind", "placeKind"),
    degrees("经度", "Longitude", "lon"),
    degrees("纬度", "Latitude", "lat"),
    yes_no("使用中", "In use", "active"),
    instant("更新时间", "Changed", "updated_at"),
))  # fmt: skip

FENCE_TABLES: Mapping[str, Table] = {
    "fences": FENCES,
    "fence-drafts": FENCE_DRAFTS,
    "fence-preview": FENCE_PREVIEW,
    "fence-events": FENCE_EVENTS,
    "depots": DEPOTS,
    "depot-days": DEPOT_DAYS,
    "depot-vehicles": DEPOT_VEHICLES,
    "named-places": NAMED_PLACES,
}
