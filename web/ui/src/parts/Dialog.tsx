// A dialog that is mounted when it is needed and gone afterwards; Esc closes it and the focus returns where it came from.
import { Modal, type ModalProps } from "@mantine/core";
import type { ReactNode } from "react";
import { useReturnFocus } from "./useReturnFocus";

interface DialogProps extends Pick<ModalProps, "closeOnClickOutside" | "closeOnEscape" | "withCloseButton"> {
  title: ReactNode;
  size?: "md" | "lg" | "xl";
  onClose: () => void;
  children: ReactNode;
}

export function Dialog({ size = "md", ...rest }: DialogProps) {
  useReturnFocus();
  return <Modal opened size={size} {...rest} />;
}
