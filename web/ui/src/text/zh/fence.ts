// 电子围栏：列表、草稿、绘制、导入、预览与发布。
export const fence = {
  fenceState: { in_force: "生效中", planned: "待生效", ended: "已失效" },
  draftState: { draft: "待发布", published: "已发布", discarded: "已放弃" },
  fenceShape: { polygon: "多边形", circle: "圆形", corridor: "通道", point: "中心点" },
  fenceWarning: {
    off_roads:
      "图形可能整体偏移约 {{shift_m}} 米：按声明的 {{declared}} 坐标，九成的点距道路 {{off_m}} 米以内；按 {{likely}} 则在 {{likely_off_m}} 米以内。请核对坐标系。",
    moved_whole: "与现有版本形状相同，但整体移动了 {{shift_m}} 米。若不是真的搬迁，请核对坐标系。",
  },
};
