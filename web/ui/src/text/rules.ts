// The rules this version judges by; their names and sentences are in the texts of each language.
export const RULE_IDS = [
  "R01",
  "R02",
  "R03",
  "R04",
  "R05",
  "R06",
  "R07",
  "R08",
  "R09",
  "R10",
  "R11",
  "R12",
  "R13",
  "R16",
  "R30",
  "R31",
] as const;
