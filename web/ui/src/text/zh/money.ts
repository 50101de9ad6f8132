// 派车单打印、费用与对账。
export const money = {
  paper: { print: "打印派车单" },
};
