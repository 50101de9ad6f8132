"""The lists of the rulebook as files: versions, mutes, changes, and what a back-test counted and found."""

from collections.abc import Mapping
from typing import Any

from web.exports.columns import Reader, Table, code, codes, instant, made, named, plain, yes_no
from web.exports.formats import Cell


def _said(row: Any, reader: Reader) -> Cell:
    """The values of a version, by the parameters' names."""
    values = (row.parameters or {}).items()
    return "; ".join(f"{reader.word('parameter', name)} ({name}) = {value}" for name, value in values)


RULE_VERSIONS = Table("规则版本", "Versions of rules", (
    code("内容", "What", "what", "ruleWhat"),
    plain("规则编号", "Rule", "rule"),
    code("规则", "Name of the rule", "rule", "ruleName"),
    plain("版本", "Version", "version_no"),
    named("单位", "Unit", "unit_name"),
    code("车辆类别", "Vehicle class", "vehicle_class", "vehicleClass"),
    yes_no("启用", "Asked", "enabled"),
    made("取值", "Values", _said),
    code("方案", "Profile", "profile", "ruleProfile"),
    instant("从", "From", "from_at"),
    instant("至", "Until", "to_at"),
    code("状态", "State", "standing", "ruleStanding"),
    plain("理由", "Reason", "reason"),
    plain("变更编号", "Change", "change_no"),
    plain("由变更结束", "Ended by change", "ended_by_change_no"),
    instant("发布时间", "Published", "created_at"),
    plain("发布人", "Published by", "created_by_name"),
))  # fmt: skip

RULE_MUTES = Table("免提醒", "Mutes", (
    plain("规则编号", "Rule", "rule"),
    code("规则", "Name of the rule", "rule", "ruleName"),
    named("单位", "Unit", "unit_name"),
    plain("车牌", "Plate", "plate"),
    instant("从", "From", "from_at"),
    instant("至", "Until", "to_at"),
    code("状态", "State", "standing", "ruleStanding"),
    plain("理由", "Reason", "reason"),
    plain("未提醒的疑点", "Suspicions nobody was told of", "muted"),
    plain("变更编号", "Change", "change_no"),
    plain("发布人", "Published by", "created_by_name"),
))  # fmt: skip

RULE_CHANGES = Table("规则变更", "Changes of rules", (
    plain("编号", "Number", "change_no"),
    code("内容", "What", "what", "ruleWhat"),
    codes("规则", "Rules", "rules", "ruleName"),
    named("单位", "Unit", "unit_name"),
    code("车辆类别", "Vehicle class", "vehicle_class", "vehicleClass"),
    plain("车牌", "Plate", "plate"),
    instant("希望从", "Wanted from", "from_at"),
    instant("至", "Until", "to_at"),
    instant("实际从", "Holds from", "began_at"),
    plain("理由", "Reason", "reason"),
    code("状态", "State", "state", "ruleChangeState"),
    plain("提出人", "Drafted by", "created_by_name"),
    instant("提出时间", "Drafted", "created_at"),
    instant("提交时间", "Submitted", "proposed_at"),
    plain("办理人", "Settled by", "settled_by_name"),
    instant("办理时间", "Settled", "settled_at"),
))  # fmt: skip

RULE_PREVIEW_COUNTS = Table("规则试算", "Back-test of rules", (
    plain("规则编号", "Rule", "rule"),
    code("规则", "Name of the rule", "rule", "ruleName"),
    named("当时使用单位", "Unit using it then", "unit_name"),
    plain("现行：疑似", "Before: suspected", "before_suspected"),
    plain("变更后：疑似", "After: suspected", "after_suspected"),
    plain("现行：无法判定", "Before: undetermined", "before_undetermined"),
    plain("变更后：无法判定", "After: undetermined", "after_undetermined"),
    plain("新增", "Raised", "raised"),
    plain("不再有", "Gone", "gone"),
    plain("改变", "Changed", "changed"),
))  # fmt: skip

RULE_PREVIEW_DIFFERENCES = Table("规则试算差异", "Differences of a back-test", (
    code("变化", "Change", "change", "previewChange"),
    plain("规则编号", "Rule", "rule"),
    code("规则", "Name of the rule", "rule", "ruleName"),
    plain("车牌", "Plate", "plate"),
    named("当时使用单位", "Unit using it then", "unit_name"),
    instant("开始时间", "Began", "started_at"),
    code("现行判断", "Judgement before", "before_judgement", "judgement"),
    code("现行等级", "Level before", "before_severity", "severity"),
    code("变更后判断", "Judgement after", "after_judgement", "judgement"),
    code("变更后等级", "Level after", "after_severity", "severity"),
))  # fmt: skip

RULEBOOK_TABLES: Mapping[str, Table] = {
    "rule-versions": RULE_VERSIONS,
    "rule-mutes": RULE_MUTES,
    "rule-changes": RULE_CHANGES,
    "rule-preview-counts": RULE_PREVIEW_COUNTS,
    "rule-preview-differences": RULE_PREVIEW_DIFFERENCES,
}
