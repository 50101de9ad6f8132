// A number typed as text: what stands in the field is what was typed, and what is wrong with it is said beside it.
import { TextInput, type TextInputProps } from "@mantine/core";
import { useState } from "react";
import { type Typed, typedNumber } from "./numbers";

interface NumberFieldProps extends Omit<TextInputProps, "value" | "onChange"> {
  value: Typed;
  whole?: boolean;
  onChange: (value: Typed) => void;
}

export function NumberField({ value, whole = false, onChange, ...input }: NumberFieldProps) {
  const [text, setText] = useState("");
  // "12." on the way to "12.5" stays as typed; a value from outside replaces it.
  const shown = typedNumber(text) === value ? text : String(value ?? "");
  return (
    <TextInput
      {...input}
      inputMode={whole ? "numeric" : "decimal"}
      autoComplete="off"
      maxLength={20}
      value={shown}
      onChange={(event) => {
        setText(event.currentTarget.value);
        onChange(typedNumber(event.currentTarget.value));
      }}
    />
  );
}
