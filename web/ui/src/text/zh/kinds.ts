// 各类用车：附件、服务、租赁、系列、候补、拼车。
export const kinds = {
  attachment: {
    title: "附件",
    add: "添加附件",
    none: "还没有附件。可添加公函、会议通知等 PDF、JPEG、PNG 文件，每个不超过 5 MB。",
    added: "附件已添加",
    removed: "附件已删除",
    about: "{{size}} KB · {{name}}",
    remove: "删除",
    removeNamed: "删除附件{{name}}",
  },
  serviceKind: {
    repair: "维修",
    fuel: "加油充电",
    wash: "洗车",
    inspection: "年检",
  },
  rentalUse: {
    large_event: "大型活动",
    emergency: "应急处置",
    other_city: "外地公务",
    reception: "公务接待",
    fleet_short: "公车不足",
  },
  upkeepKind: {
    repair: "维修",
    inspection: "年检",
    maintenance: "保养",
    other: "其他",
  },
};
