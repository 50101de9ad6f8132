// Printed orders, costs and statements.
export const money = {
  paper: { print: "Print the order" },
};
