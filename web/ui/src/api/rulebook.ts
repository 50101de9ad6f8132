// The rulebook: values in force, versions, mutes, changes with their steps and their back-test.
import { answered, api, once, type Schemas, versioned } from "./client";

export type RulesInForce = Schemas["RulesInForce"];
export type RuleValues = Schemas["RuleInForce"];
export type ParameterValue = Schemas["ParameterValue"];
export type RuleLine = Schemas["RuleLineRow"];
export type RuleMute = Schemas["RuleMuteRow"];
export type RuleChangeRow = Schemas["RuleChangeRow"];
export type RuleWanted = Schemas["RuleChange"];
export type RulePreview = Schemas["RulePreviewRow"];
export type RuleCount = Schemas["RuleCountRow"];
export type RuleDifference = Schemas["RuleDifferenceRow"];
export type Period = Schemas["Period"];

export interface RuleSet {
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  readonly enabled: boolean;
}

/** What a change says; each kind uses its own part (docs/rulebook.md). */
export interface RuleBody {
  readonly rules?: Readonly<Record<string, RuleSet>>;
  readonly profile?: string;
  readonly rule?: string;
  readonly of?: string;
  readonly id?: string;
}
export type RuleChange = Omit<Schemas["RuleChangeDetail"], "body"> & { body: RuleBody };

export const readInForce = (
  unit: string | null,
  cls: string | null,
  at: string | null,
): Promise<RulesInForce> =>
  answered(
    api.GET("/api/rulebook", {
      params: {
        query: { ...(unit ? { unit } : {}), ...(cls ? { vehicle_class: cls } : {}), ...(at ? { at } : {}) },
      },
    }),
  );
const path = (id: string) => ({ path: { rule_change_id: id } });
export const readRuleChange = (id: string): Promise<RuleChange> =>
  answered(api.GET("/api/rulebook/changes/{rule_change_id}", { params: path(id) }));
export const draftRules = (body: RuleWanted, key: string): Promise<Schemas["DraftedRules"]> =>
  answered(api.POST("/api/rulebook/changes", { body, headers: once(key) }));
export const changeRules = (id: string, version: number, body: RuleWanted, key: string) =>
  answered<Schemas["Changed"]>(
    api.PUT("/api/rulebook/changes/{rule_change_id}", {
      params: path(id),
      body,
      headers: versioned(version, key),
    }),
  );
export const submitRules = (id: string, version: number, key: string): Promise<Schemas["Changed"]> =>
  answered(
    api.POST("/api/rulebook/changes/{rule_change_id}/submit", {
      params: path(id),
      headers: versioned(version, key),
    }),
  );
export const publishRules = (id: string, version: number, key: string): Promise<Schemas["PublishedRules"]> =>
  answered(
    api.POST("/api/rulebook/changes/{rule_change_id}/publish", {
      params: path(id),
      headers: versioned(version, key),
    }),
  );
export const withdrawRules = (id: string, version: number, key: string): Promise<Schemas["Changed"]> =>
  answered(
    api.POST("/api/rulebook/changes/{rule_change_id}/withdraw", {
      params: path(id),
      headers: versioned(version, key),
    }),
  );
export const askBackTest = (id: string, body: Period, key: string): Promise<RulePreview> =>
  answered(
    api.POST("/api/rulebook/changes/{rule_change_id}/preview", {
      params: path(id),
      body,
      headers: once(key),
    }),
  );
export const readBackTest = (id: string): Promise<RulePreview | null> =>
  answered(api.GET("/api/rulebook/changes/{rule_change_id}/preview", { params: path(id) }));
