// An order's number that leads to it, also from within a row that leads elsewhere.
import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

export function OrderLink({ id, number }: { id: string; number: number | null }) {
  const { t } = useTranslation();
  return (
    <Anchor
      component={Link}
      to={`/trips/${id}`}
      size="sm"
      className="touch-link"
      aria-label={t("order.number", { number })}
      onClick={(event) => event.stopPropagation()}
    >
      {number}
    </Anchor>
  );
}
