// /book: one screen, under a minute. Where, when, who, why; what the calendar and the way say is shown meanwhile.
// ?edit= corrects a request nobody has decided on, ?again= asks for the same trip once more.
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { readOrder } from "../../api/orders";
import { PageHeader } from "../../parts/PageHeader";
import { Failed, Loading } from "../../parts/states";
import { useConfig } from "../../session/useSession";
import { BatchDialog } from "./BatchDialog";
import { BookForm } from "./BookForm";
import { draftOf, emptyDraft, repeated } from "./draft";

export function Component() {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const [params] = useSearchParams();
  const edited = params.get("edit");
  const id = edited ?? params.get("again");
  const order = useQuery({
    queryKey: ["order", id, "as-draft"],
    queryFn: () => readOrder(id ?? ""),
    enabled: id !== null,
    // The form keeps what it was opened with; the server refuses a version that has moved on.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const [many, setMany] = useState(false);
  const title =
    edited && order.data ? t("book.editTitle", { number: order.data.order_no }) : t("shell.menu.book");
  return (
    <>
      <PageHeader
        title={title}
        about={t(edited ? "book.editAbout" : "book.about")}
        actions={
          id === null && (
            <Button variant="default" onClick={() => setMany(true)}>
              {t("batch.open")}
            </Button>
          )
        }
      />
      {many && <BatchDialog onClose={() => setMany(false)} />}
      {id === null && <BookForm key="new" start={emptyDraft(Date.now(), timezone)} />}
      {id !== null && order.isPending && <Loading lines={10} />}
      {order.isError && <Failed error={order.error} retry={() => void order.refetch()} />}
      {order.data && edited && (
        <BookForm
          key={`${order.data.id} ${order.data.row_version}`}
          start={draftOf(order.data, timezone)}
          corrects={order.data}
          onReload={() => void order.refetch()}
        />
      )}
      {order.data && !edited && (
        <BookForm key={order.data.id} start={repeated(draftOf(order.data, timezone), Date.now(), timezone)} />
      )}
    </>
  );
}
