// Who is signed in, what they may do, and how this installation is set up.
import { answered, api, type Schemas } from "./client";

export type Session = Schemas["SessionAnswer"];
export type Config = Schemas["Config"];

export const readSession = (): Promise<Session> => answered(api.GET("/api/session"));
export const signIn = (login: string, password: string): Promise<Session> =>
  answered(api.POST("/api/login", { body: { login, password } }));
export const signOut = (): Promise<unknown> => answered(api.POST("/api/logout"));
export const changePassword = (old: string, fresh: string): Promise<unknown> =>
  answered(api.POST("/api/password", { body: { old, new: fresh } }));
export const liveTicket = async (purpose?: string): Promise<string> =>
  (
    await answered<Schemas["Ticket"]>(
      api.GET("/api/live-ticket", { params: { query: { purpose: purpose ?? null } } }),
    )
  ).ticket;
