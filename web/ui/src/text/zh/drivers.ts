// 驾驶员：班表、请假与病假、准驾与培训、驾驶规则。
export const drivers = {
  training: {
    safety: "行车安全",
    confidential: "涉密行程",
    wheelchair: "轮椅升降装置",
    large_event: "大型活动",
  },
};
