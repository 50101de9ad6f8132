// A file with shapes: what it holds is seen on the map first, with what looks wrong; then it becomes drafts.
import { Button, FileInput, Group, List, NativeSelect, Stack, Switch, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { type FenceFile, type FileRead, readFile } from "../../api/fences";
import { base64Of } from "../../app/base64";
import { EvidenceMap } from "../../map/EvidenceMap";
import { Dialog } from "../../parts/Dialog";
import { NumberField } from "../../parts/form/NumberField";
import { RefusalNote } from "../../parts/form/RefusalNote";
import { Note } from "../../parts/Note";
import { useAct } from "../../parts/useAct";
import { type CodeWithParams, sentence, wordFor } from "../../text/codes";
import { wordChoices } from "../admin/choices";
import { categoryChoices, DATUMS, KINDS } from "./words";

const NO_FIXES: readonly never[] = [];
const WITH_CLASS = ["sensitive", "watched", "administrative"];

export function ImportDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [file, setFile] = useState<File | null>(null);
  const [datum, setDatum] = useState("");
  const [kind, setKind] = useState("sensitive");
  const [category, setCategory] = useState("");
  const [radius, setRadius] = useState<number | string | null>(100);
  const [width, setWidth] = useState<number | string | null>(60);
  const [outlines, setOutlines] = useState(false);
  const [looked, setLooked] = useState<FileRead | null>(null);
  const wanted = async (save: boolean): Promise<FenceFile> => ({
    name: file?.name ?? "",
    content: file ? await base64Of(file) : "",
    datum: datum as FenceFile["datum"],
    kind,
    category: category || null,
    radius_m: Number(radius),
    width_m: Number(width),
    outlines,
    prefix: "",
    save,
  });
  const look = useAct({
    run: async (_: number, key) => readFile(await wanted(false), key),
    touches: [],
    quiet: true,
    after: setLooked,
  });
  const save = useAct({
    run: async (_: number, key) => readFile(await wanted(true), key),
    touches: ["fence-drafts", "fences"],
    done: (read) => t("fence.imported", { count: read.found.length }),
    quiet: true,
    after: () => void navigate("/admin/areas/drafts?draft_state=draft"),
  });
  const again = () => setLooked(null);
  return (
    <Dialog size="xl" title={t("fence.import")} onClose={onClose}>
      <Stack gap="sm">
        <Text size="sm">{t("fence.importAbout")}</Text>
        <FileInput
          label={t("fence.file")}
          accept=".geojson,.json,.kml,.gpx"
          required
          value={file}
          onChange={(next) => {
            again();
            setFile(next);
          }}
        />
        <Group grow align="flex-start">
          <NativeSelect
            label={t("fence.datum")}
            description={t("fence.datumHint")}
            required
            value={datum}
            data={[{ value: "", label: t("form.choose") }, ...wordChoices(t, "datumName", DATUMS)]}
            onChange={(event) => {
              again();
              setDatum(event.currentTarget.value);
            }}
          />
          <NativeSelect
            label={t("fence.kind")}
            description={t("fence.kindHint")}
            value={kind}
            data={[...wordChoices(t, "areaKind", KINDS)]}
            onChange={(event) => {
              again();
              setKind(event.currentTarget.value);
              setCategory("");
            }}
          />
          {WITH_CLASS.includes(kind) && (
            <NativeSelect
              label={t(kind === "administrative" ? "fence.level" : "fence.category")}
              description={t("fence.categoryHint")}
              value={category}
              data={[{ value: "", label: t("fence.fromFile") }, ...categoryChoices(t, kind)]}
              onChange={(event) => {
                again();
                setCategory(event.currentTarget.value);
              }}
            />
          )}
        </Group>
        <Group grow align="flex-start">
          <NumberField label={t("fence.radiusOfPoints")} value={radius} onChange={setRadius} />
          <NumberField label={t("fence.widthOfLines")} value={width} onChange={setWidth} />
        </Group>
        <Switch
          label={t("fence.outlines")}
          checked={outlines}
          onChange={(event) => {
            again();
            setOutlines(event.currentTarget.checked);
          }}
        />
        <RefusalNote id="fence-file-refusal" refusal={look.error ?? save.error} />
        {looked && <Looked read={looked} kind={kind} />}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          {looked && looked.found.length > 0 ? (
            <Button loading={save.isPending} onClick={() => save.mutate(Date.now())}>
              {t("fence.takeOver", { count: looked.found.length })}
            </Button>
          ) : (
            <Button
              disabled={!file || !datum}
              loading={look.isPending}
              onClick={() => look.mutate(Date.now())}
            >
              {t("fence.look")}
            </Button>
          )}
        </Group>
      </Stack>
    </Dialog>
  );
}

function Looked({ read, kind }: { read: FileRead; kind: string }) {
  const { t } = useTranslation();
  return (
    <>
      {read.warnings.map((warning) => (
        <Note key={JSON.stringify(warning)} tone="warn">
          {sentence(t, "fenceWarning", warning as unknown as CodeWithParams)}
        </Note>
      ))}
      {read.left.length > 0 && (
        <Note tone="warn" title={t("fence.leftOut", { count: read.left.length })}>
          <List size="sm">
            {read.left.slice(0, 10).map((each) => (
              <List.Item key={each.n}>
                {each.name}
                {t("common.colon")}
                {wordFor(t, "invalidReason", each.reason)}
              </List.Item>
            ))}
          </List>
        </Note>
      )}
      <Text size="sm" aria-live="polite">
        {t("fence.found", { count: read.found.length })}
      </Text>
      <EvidenceMap
        label={t("area.map")}
        height={300}
        fixes={NO_FIXES}
        planned={null}
        corridor={null}
        areas={read.found.map(({ geometry }) => ({ kind, geometry }))}
      />
    </>
  );
}
