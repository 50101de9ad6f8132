// Draws one fence: map and handles on one side, what is said about it on the other; saves it as a draft.
import { Box, Button, Group, SimpleGrid, Stack } from "@mantine/core";
import { useId } from "@mantine/hooks";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { addDraft, changeDraft, type Draft, type FenceWanted } from "../../api/fences";
import { instantToWall, wallToInstant } from "../../app/time";
import { SketchMap } from "../../map/draw/SketchMap";
import { type Sketch, saidBy } from "../../map/draw/sketch";
import type { Tool } from "../../map/draw/terra";
import { FieldInput } from "../../parts/form/FieldInput";
import { clean, type FieldValue, type Values } from "../../parts/form/fields";
import { RefusalNote } from "../../parts/form/RefusalNote";
import { troublesOf } from "../../parts/form/troubles";
import { useFocusOnTrouble } from "../../parts/form/useFocusOnTrouble";
import { useRefusedFields } from "../../parts/form/useRefusedFields";
import { Note } from "../../parts/Note";
import { Panel } from "../../parts/Panel";
import { useAct } from "../../parts/useAct";
import { useConfig } from "../../session/useSession";
import { ShapeFields } from "./ShapeFields";
import { WatchFields } from "./WatchFields";
import type { Watch } from "./watch";
import { fieldsOf } from "./words";

export interface Start {
  readonly values: Values; // code, kind, name ...
  readonly sketch: Sketch;
  readonly watch: Watch;
  readonly ends: boolean;
}

interface FenceEditorProps {
  /** The draft that is changed; null = a new one. */
  draft: Draft | null;
  start: Start;
  /** Code and kind are the area's and stay. */
  known: boolean;
  locked: boolean;
  onSaved: (id: string) => void;
  onDirty: (dirty: boolean) => void;
}

const BESIDE = ["watch", "radius_m", "width_m", "geometry", "line", "center", "shape"];

export function FenceEditor({ draft, start, known, locked, onSaved, onDirty }: FenceEditorProps) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const form = useId();
  const [values, setValues] = useState<Values>(() => ({
    ...start.values,
    effective_at: start.values["effective_at"]
      ? instantToWall(String(start.values["effective_at"]), timezone)
      : null,
  }));
  const [sketch, setSketch] = useState(start.sketch);
  const [watch, setWatch] = useState(start.watch);
  const [tool, setTool] = useState<Tool>(saidBy(start.sketch) ? "edit" : "ring");
  const [tried, setTried] = useState(0);
  const fields = fieldsOf(t, values, known);
  const names = fields.map(({ name }) => name);
  const save = useAct({
    run: async (body: FenceWanted, key) =>
      draft
        ? changeDraft(draft.id, draft.row_version, body, key).then(() => draft.id)
        : addDraft(body, key).then(({ id }) => id),
    touches: ["fence-drafts", "fences"],
    done: t("fence.saved"),
    quiet: true,
    after: (id) => {
      onDirty(false);
      onSaved(id);
    },
  });
  const own = troublesOf(t, fields, values);
  const { refused, settle } = useRefusedFields([...names, ...BESIDE], save.error);
  const shown = { ...refused, ...(tried ? own : {}) };
  useFocusOnTrouble(form, names, shown, save.error, tried);
  const said = saidBy(sketch);
  const change = (name: string, value: FieldValue) => {
    settle(name);
    onDirty(true);
    setValues((before) => ({ ...before, [name]: value, ...(name === "kind" ? { category: null } : {}) }));
  };
  const draw = (next: Sketch) => {
    BESIDE.forEach(settle);
    onDirty(true);
    setSketch(next);
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    setTried((count) => count + 1);
    if (Object.keys(own).length > 0 || !said) return;
    const { effective_at, ...rest } = clean(fields, values);
    save.mutate({
      code: String(values["code"]).trim(),
      kind: String(values["kind"]),
      ...rest,
      shape: said,
      watch,
      ends: start.ends,
      effective_at: typeof effective_at === "string" ? wallToInstant(effective_at, timezone) : null,
    } as unknown as FenceWanted);
  };
  return (
    <form onSubmit={send} noValidate>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md" style={{ alignItems: "start" }}>
        <Panel flush>
          <SketchMap
            label={t("fence.drawMap")}
            sketch={sketch}
            tool={locked ? "edit" : tool}
            height="min(64dvh, 640px)"
            onDrawn={(drawn) => draw({ ...sketch, ...drawn })}
          />
        </Panel>
        <Box component="fieldset" disabled={locked} p={0} m={0} style={{ border: 0, minWidth: 0 }}>
          <Stack gap="md">
            <Panel title={t("fence.shapeTitle")}>
              <ShapeFields
                sketch={sketch}
                tool={tool}
                depot={values["kind"] === "depot"}
                errors={shown}
                onTool={setTool}
                onChange={draw}
              />
            </Panel>
            <Panel title={t("fence.factsTitle")}>
              <Stack gap="sm">
                {fields.map((field) => (
                  <FieldInput
                    key={field.name}
                    id={`${form}-${field.name}`}
                    field={field}
                    value={values[field.name] ?? null}
                    error={shown[field.name]}
                    onChange={change}
                  />
                ))}
              </Stack>
            </Panel>
            <Panel title={t("watch.title")}>
              <WatchFields
                watch={watch}
                depot={values["kind"] === "depot"}
                error={shown["watch"]}
                onChange={(next) => {
                  settle("watch");
                  onDirty(true);
                  setWatch(next);
                }}
              />
            </Panel>
            {tried > 0 && !said && <Note tone="bad">{t("fence.noShape")}</Note>}
            <RefusalNote id={`${form}-refusal`} refusal={save.error} />
            {!locked && (
              <Group justify="flex-end">
                <Button type="submit" loading={save.isPending}>
                  {t("fence.save")}
                </Button>
              </Group>
            )}
          </Stack>
        </Box>
      </SimpleGrid>
    </form>
  );
}
