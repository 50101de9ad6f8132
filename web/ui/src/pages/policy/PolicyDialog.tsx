// A draft of the fleet policy, begun from what holds now. What is left empty stays as it is without a policy.
import {
  Button,
  Checkbox,
  Fieldset,
  Group,
  MultiSelect,
  SimpleGrid,
  Stack,
  Switch,
  TextInput,
} from "@mantine/core";
import { DateTimePicker } from "@mantine/dates";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { draftFleetPolicy, type PolicyBody, type PolicyContent } from "../../api/fleetPolicy";
import { instantToWall, wallToInstant } from "../../app/time";
import { Dialog } from "../../parts/Dialog";
import { FormEnd } from "../../parts/form/FormEnd";
import { NumberField } from "../../parts/form/NumberField";
import { RefusalNote } from "../../parts/form/RefusalNote";
import { useAct } from "../../parts/useAct";
import { useConfig } from "../../session/useSession";
import { VEHICLE_CLASSES, wordChoices } from "../admin/choices";
import { PURPOSES } from "../book/draft";
import { type Form, formOf, newRestriction, type RestrictionForm, stated } from "./form";
import { RestrictionFields } from "./RestrictionFields";

const HOUR_MS = 3_600_000;

export function PolicyDialog({ start, onClose }: { start: PolicyContent; onClose: () => void }) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const [form, setForm] = useState<Form>(() => formOf(start));
  const [since, setSince] = useState(instantToWall(Date.now() + HOUR_MS, timezone));
  const [reason, setReason] = useState("");
  const send = useAct({
    run: (body: PolicyBody, key) => draftFleetPolicy(body, key),
    touches: ["fleet-policies"],
    done: t("fleetPolicy.drafted"),
    quiet: true,
    after: onClose,
  });
  const put = (more: Partial<Form>) => setForm((before) => ({ ...before, ...more }));
  const putRestriction = (at: number, more: Partial<RestrictionForm> | null) =>
    put({
      restrictions: form.restrictions.flatMap((each, n) =>
        n !== at ? [each] : more === null ? [] : [{ ...each, ...more }],
      ),
    });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send.mutate({
      holds_from: wallToInstant(since, timezone),
      reason: reason.trim(),
      body: stated(form) as PolicyContent,
    } as PolicyBody);
  };
  return (
    <Dialog title={t("fleetPolicy.draft")} size="xl" onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          <RefusalNote id="policy-refusal" refusal={send.error} />
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
            <DateTimePicker
              label={t("fleetPolicy.since")}
              required
              valueFormat="YYYY-MM-DD HH:mm"
              value={since}
              onChange={(value) => setSince(value ?? "")}
            />
            <TextInput
              label={t("fleetPolicy.reason")}
              required
              maxLength={500}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
          </SimpleGrid>
          <Fieldset legend={t("fleetPolicy.purposes")}>
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
              {PURPOSES.map((purpose) => (
                <MultiSelect
                  key={purpose}
                  label={t(`purposeKind.${purpose}`)}
                  placeholder={form.purposes[purpose]?.length ? undefined : t("fleetPolicy.default")}
                  data={[...wordChoices(t, "vehicleClass", VEHICLE_CLASSES)]}
                  value={form.purposes[purpose] ?? []}
                  onChange={(classes) => put({ purposes: { ...form.purposes, [purpose]: classes } })}
                />
              ))}
            </SimpleGrid>
          </Fieldset>
          <NumberField
            label={t("fleetPolicy.turnaround")}
            whole
            value={form.turnaroundMin}
            onChange={(turnaroundMin) => put({ turnaroundMin })}
          />
          <Fieldset legend={t("fleetPolicy.farthest")}>
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
              {VEHICLE_CLASSES.map((name) => (
                <NumberField
                  key={name}
                  label={t("fleetPolicy.farthestOf", { class: t(`vehicleClass.${name}`) })}
                  value={form.farthestKm[name] ?? null}
                  onChange={(km) => put({ farthestKm: { ...form.farthestKm, [name]: km } })}
                />
              ))}
            </SimpleGrid>
          </Fieldset>
          {form.restrictions.map((each, n) => (
            <RestrictionFields
              key={each.key}
              number={n + 1}
              value={each}
              onChange={(more) => putRestriction(n, more)}
              onRemove={() => putRestriction(n, null)}
            />
          ))}
          <Group>
            <Button
              size="xs"
              variant="default"
              onClick={() => put({ restrictions: [...form.restrictions, newRestriction()] })}
            >
              {t("fleetPolicy.addRestriction")}
            </Button>
          </Group>
          <Fieldset legend={t("fleetPolicy.energy")}>
            <Stack gap="sm">
              <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
                <NumberField
                  label={t("fleetPolicy.reserve")}
                  whole
                  value={form.reservePct}
                  onChange={(reservePct) => put({ reservePct })}
                />
                <NumberField
                  label={t("fleetPolicy.charging")}
                  description={t("fleetPolicy.chargingHint")}
                  whole
                  value={form.chargingMin}
                  onChange={(chargingMin) => put({ chargingMin })}
                />
              </SimpleGrid>
              <Switch
                label={t("fleetPolicy.unknownRange")}
                checked={form.unknownRange}
                onChange={(event) => put({ unknownRange: event.currentTarget.checked })}
              />
            </Stack>
          </Fieldset>
          <Checkbox
            label={t("fleetPolicy.unknownPapers")}
            checked={form.unknownPapers}
            onChange={(event) => put({ unknownPapers: event.currentTarget.checked })}
          />
          <FormEnd busy={send.isPending} submit={t("fleetPolicy.draft")} onClose={onClose} />
        </Stack>
      </form>
    </Dialog>
  );
}
