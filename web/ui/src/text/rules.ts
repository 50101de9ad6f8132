// The rules this version judges by; their names and sentences are in the texts of each language.
export const RULE_IDS = ["R01", "R03", "R04", "R07"] as const;
