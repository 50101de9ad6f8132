// A person to call: name, and the number as a link that dials.
import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface ContactProps {
  name: string | null | undefined;
  phone: string | null | undefined;
}

export function Contact({ name, phone }: ContactProps) {
  const { t } = useTranslation();
  return (
    <>
      {name ?? "—"}
      {phone && (
        <>
          {" "}
          <Anchor href={`tel:${phone.replace(/[^\d+]/g, "")}`} aria-label={t("trips.call", { name, phone })}>
            {phone}
          </Anchor>
        </>
      )}
    </>
  );
}
