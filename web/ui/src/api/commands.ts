// Commands to locators and what they answered.
import { answered, api, once, type Schemas, versioned } from "./client";
import { readPage } from "./list";
import type { Device } from "./register";

export type CommandRow = Schemas["CommandRow"];
export type CommandItem = Schemas["CommandItem"];
export type AnswerRow = Schemas["AnswerRow"];
export type NewCommands = Schemas["NewCommands"];
export type CommandsMade = Schemas["CommandsMade"];

export const readCommand = (id: string): Promise<CommandItem> =>
  answered(api.GET("/api/device-commands/{command_id}", { params: { path: { command_id: id } } }));
export const sendCommands = (body: NewCommands, key: string): Promise<CommandsMade> =>
  answered(api.POST("/api/device-commands", { body, headers: once(key) }));
export const cancelCommand = (id: string, version: number, key: string): Promise<Schemas["Changed"]> =>
  answered(
    api.POST("/api/device-commands/{command_id}/cancel", {
      params: { path: { command_id: id } },
      headers: versioned(version, key),
    }),
  );
export const findDevices = async (q: string): Promise<Device[]> =>
  (await readPage<Device>("/api/devices", { q, limit: 50, sort: "code" })).items;
