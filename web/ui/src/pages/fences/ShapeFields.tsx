// The shape of a fence: its kind, the tool in hand, its measure, and every vertex as text for those who cannot drag.
import { SegmentedControl, Stack, Text, Textarea } from "@mantine/core";
import { useId } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Sketch, type SketchShape, textOf, withText } from "../../map/draw/sketch";
import type { Tool } from "../../map/draw/terra";
import { NumberField } from "../../parts/form/NumberField";
import { wordFor } from "../../text/codes";
import { SHAPES } from "./words";

const TOOLS: Record<SketchShape, readonly Tool[]> = {
  polygon: ["ring", "hole", "edit"],
  circle: ["center", "edit"],
  corridor: ["line", "edit"],
  point: ["center", "edit"],
};

interface ShapeFieldsProps {
  sketch: Sketch;
  tool: Tool;
  depot: boolean;
  errors: Readonly<Record<string, string>>;
  onTool: (tool: Tool) => void;
  onChange: (sketch: Sketch) => void;
}

export function ShapeFields({ sketch, tool, depot, errors, onTool, onChange }: ShapeFieldsProps) {
  const { t } = useTranslation();
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const [wrong, setWrong] = useState(false);
  const shapes: readonly SketchShape[] = depot ? [...SHAPES, "point"] : SHAPES;
  const read = () => {
    if (typed === null) return;
    const next = withText(sketch, typed);
    setWrong(next === null);
    if (!next) return;
    setTyped(null);
    onChange(next);
  };
  const number = (value: number | string | null) => (typeof value === "number" ? value : null);
  return (
    <Stack gap="sm">
      <div>
        <Text size="sm" fw={500} id={`${id}-shape`}>
          {t("fence.shape")}
        </Text>
        <SegmentedControl
          fullWidth
          aria-labelledby={`${id}-shape`}
          value={sketch.shape}
          data={shapes.map((value) => ({ value, label: wordFor(t, "fenceShape", value) }))}
          onChange={(value) => {
            const shape = value as SketchShape;
            onChange({ ...sketch, shape });
            onTool(TOOLS[shape][0] ?? "edit");
          }}
        />
      </div>
      <div>
        <Text size="sm" fw={500} id={`${id}-tool`}>
          {t("fence.tool")}
        </Text>
        <SegmentedControl
          fullWidth
          aria-labelledby={`${id}-tool`}
          value={tool}
          data={TOOLS[sketch.shape].map((value) => ({ value, label: t(`fence.tools.${value}`) }))}
          onChange={(value) => onTool(value as Tool)}
        />
        <Text size="xs" c="dimmed" mt={4}>
          {t(`fence.toolHint.${tool}`)}
        </Text>
      </div>
      {sketch.shape === "circle" && (
        <NumberField
          label={t("fence.radius")}
          required
          value={sketch.radiusM}
          error={errors["radius_m"]}
          onChange={(value) => onChange({ ...sketch, radiusM: number(value) })}
        />
      )}
      {sketch.shape === "corridor" && (
        <NumberField
          label={t("fence.width")}
          required
          value={sketch.widthM}
          error={errors["width_m"]}
          onChange={(value) => onChange({ ...sketch, widthM: number(value) })}
        />
      )}
      <Textarea
        label={t("fence.vertices")}
        description={t(sketch.shape === "polygon" ? "fence.verticesHint" : "fence.vertexHint")}
        autosize
        minRows={2}
        maxRows={8}
        spellCheck={false}
        value={typed ?? textOf(sketch)}
        error={wrong ? t("fence.verticesWrong") : (errors["geometry"] ?? errors["line"] ?? errors["center"])}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onBlur={read}
      />
    </Stack>
  );
}
