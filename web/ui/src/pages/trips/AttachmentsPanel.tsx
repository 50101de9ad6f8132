// Letters and notices that belong to a request: opened by who sees it, added and taken away by who may change it.
import { Anchor, Button, FileButton, Group, List, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { addAttachment, type OrderDetail, removeAttachment } from "../../api/orders";
import { base64Of } from "../../app/base64";
import { Panel } from "../../parts/Panel";
import { useAct } from "../../parts/useAct";

const MOST = 5;
const KINDS = "application/pdf,image/jpeg,image/png";

export function AttachmentsPanel({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const touches = ["order"];
  const add = useAct({
    run: async (file: File, key) =>
      addAttachment({ order_id: order.id, name: file.name, content: await base64Of(file) }, key),
    touches,
    done: t("attachment.added"),
  });
  const remove = useAct({
    run: (attachment: string, key) => removeAttachment(order.id, attachment, key),
    touches,
    done: t("attachment.removed"),
  });
  const { attachments: files, may_attach: may } = order;
  if (files.length === 0 && !may) return null;
  return (
    <Panel
      title={t("attachment.title")}
      aside={
        may &&
        files.length < MOST && (
          <FileButton accept={KINDS} onChange={(file) => file && add.mutate(file)}>
            {(props) => (
              <Button {...props} size="xs" variant="default" loading={add.isPending}>
                {t("attachment.add")}
              </Button>
            )}
          </FileButton>
        )
      }
    >
      {files.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("attachment.none")}
        </Text>
      )}
      <List size="sm" spacing={4}>
        {files.map((file) => (
          <List.Item key={file.id}>
            <Group gap="xs" component="span">
              <Anchor size="sm" href={`/api/orders/${order.id}/attachments/${file.id}`} download={file.name}>
                {file.name}
              </Anchor>
              <Text component="span" size="xs" c="dimmed">
                {t("attachment.about", { size: Math.ceil(file.size_bytes / 1024), name: file.added_by_name })}
              </Text>
              {may && (
                <Button
                  size="compact-xs"
                  variant="subtle"
                  aria-label={t("attachment.removeNamed", { name: file.name })}
                  onClick={() => remove.mutate(file.id)}
                >
                  {t("attachment.remove")}
                </Button>
              )}
            </Group>
          </List.Item>
        ))}
      </List>
    </Panel>
  );
}
