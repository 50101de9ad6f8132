// States of orders, alerts and vehicles as badges: which word, which tone.
import { useTranslation } from "react-i18next";
import { wordFor } from "../text/codes";
import { Tone, type ToneName } from "./Tone";

const ORDER_TONES: Record<string, ToneName> = {
  submitted: "warn",
  unit_approved: "info",
  centre_reviewed: "info",
  assigned: "info",
  driver_accepted: "info",
  departed: "good",
  in_use: "good",
  extended: "good",
  emergency_started: "warn",
  broken_down: "bad",
  reassigning: "warn",
  rejected: "bad",
  no_show: "bad",
};

const VEHICLE_STATUS_TONES: Record<string, ToneName> = {
  in_service: "good",
  in_repair: "warn",
  sealed: "warn",
  pending_disposal: "warn",
};

const SEVERITY_TONES: Record<string, ToneName> = { G: "good", Y: "warn", R: "bad" };

export function OrderState({ state }: { state: string }) {
  const { t } = useTranslation();
  return <Tone tone={ORDER_TONES[state] ?? "neutral"}>{wordFor(t, "orderState", state)}</Tone>;
}

export function VehicleStatus({ status }: { status: string }) {
  const { t } = useTranslation();
  return <Tone tone={VEHICLE_STATUS_TONES[status] ?? "neutral"}>{wordFor(t, "vehicleStatus", status)}</Tone>;
}

export function Severity({ severity }: { severity: string }) {
  const { t } = useTranslation();
  return <Tone tone={SEVERITY_TONES[severity] ?? "neutral"}>{wordFor(t, "severity", severity)}</Tone>;
}

export function Judgement({ judgement }: { judgement: string }) {
  const { t } = useTranslation();
  return (
    <Tone tone={judgement === "suspected" ? "bad" : "neutral"}>{wordFor(t, "judgement", judgement)}</Tone>
  );
}
