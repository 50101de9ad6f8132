// Fences: those in force, their versions, drafts with their steps, and files with shapes.
import type { Geometry, Position } from "geojson";
import { answered, api, once, type Schemas, versioned } from "./client";

export type Fence = Schemas["FenceRow"];
export type Drawn = Readonly<Record<string, unknown>>;
export type FenceVersion = Omit<Schemas["VersionRow"], "geometry" | "drawn"> & {
  geometry: Geometry;
  drawn: Drawn;
};
export type DraftRow = Schemas["DraftRow"];
export type Draft = Omit<Schemas["DraftDetail"], "geometry" | "drawn"> & { geometry: Geometry; drawn: Drawn };
export type FenceWanted = Schemas["Fence"];
export type FenceFile = Schemas["FenceFile"];
export type FileRead = Omit<Schemas["FileRead"], "found"> & {
  found: (Omit<Schemas["ShapeFound"], "geometry"> & { geometry: Geometry })[];
};
export type Published = Schemas["PublishedFence"];
export type LonLat = Position;

export const readVersions = async (id: string): Promise<FenceVersion[]> =>
  (
    await answered<{ items: FenceVersion[] }>(
      api.GET("/api/fences/{area_id}/versions", { params: { path: { area_id: id } } }),
    )
  ).items;
export const readDraft = (id: string): Promise<Draft> =>
  answered(api.GET("/api/fence-drafts/{draft_id}", { params: { path: { draft_id: id } } }));
export const addDraft = (body: FenceWanted, key: string): Promise<Schemas["Drafted"]> =>
  answered(api.POST("/api/fence-drafts", { body, headers: once(key) }));
export const changeDraft = (id: string, version: number, body: FenceWanted, key: string) =>
  answered<Schemas["Changed"]>(
    api.PUT("/api/fence-drafts/{draft_id}", {
      params: { path: { draft_id: id } },
      body,
      headers: versioned(version, key),
    }),
  );
export const publishDraft = (id: string, version: number, key: string): Promise<Published> =>
  answered(
    api.POST("/api/fence-drafts/{draft_id}/publish", {
      params: { path: { draft_id: id } },
      headers: versioned(version, key),
    }),
  );
export const discardDraft = (id: string, version: number, key: string): Promise<void> =>
  answered(
    api.POST("/api/fence-drafts/{draft_id}/discard", {
      params: { path: { draft_id: id } },
      headers: versioned(version, key),
    }),
  );
export const readFile = (body: FenceFile, key: string): Promise<FileRead> =>
  answered(api.POST("/api/fence-files", { body, headers: once(key) }));

export type Preview = Schemas["PreviewRow"];
export type PreviewFinding = Schemas["PreviewFindingRow"];

export const askPreview = (id: string, key: string): Promise<Preview> =>
  answered(
    api.POST("/api/fence-drafts/{draft_id}/preview", {
      params: { path: { draft_id: id } },
      headers: once(key),
    }),
  );
export const readPreview = (id: string): Promise<Preview | null> =>
  answered(api.GET("/api/fence-drafts/{draft_id}/preview", { params: { path: { draft_id: id } } }));

export type FenceEvent = Schemas["FenceEventRow"];
export type EventRevision = Schemas["EventRevisionRow"];

/** Fences of which something is kept, for a filter. */
export const readWatchedFences = async (): Promise<Fence[]> =>
  (
    await answered<{ items: Fence[] }>(api.GET("/api/fences", { params: { query: { limit: 500 } } }))
  ).items.filter(({ watched }) => watched);
export const readEventRevisions = (id: string, purpose: string | undefined): Promise<EventRevision[]> =>
  answered(
    api.GET("/api/fence-events/{event_id}/revisions", {
      params: { path: { event_id: id }, query: purpose === undefined ? {} : { purpose } },
    }),
  );
