// What a second person does with a draft; who drafted it may only take it back.
import { Button, Group } from "@mantine/core";
import { useAct } from "./useAct";

type Outcome = "publish" | "withdraw";

interface SettleDraftProps {
  id: string;
  own: boolean;
  settle: (id: string, outcome: Outcome, key: string) => Promise<unknown>;
  /** What is read again, by outcome. */
  touches: Readonly<Record<Outcome, readonly string[]>>;
  words: Readonly<Record<"publish" | "published" | "withdraw" | "withdrawn", string>>;
}

export function SettleDraft({ id, own, settle, touches, words }: SettleDraftProps) {
  const publish = useAct({
    run: (each: string, key) => settle(each, "publish", key),
    touches: touches.publish,
    done: words.published,
  });
  const withdraw = useAct({
    run: (each: string, key) => settle(each, "withdraw", key),
    touches: touches.withdraw,
    done: words.withdrawn,
  });
  return (
    <Group gap="xs" wrap="nowrap">
      {!own && (
        <Button size="compact-sm" loading={publish.isPending} onClick={() => publish.mutate(id)}>
          {words.publish}
        </Button>
      )}
      <Button
        size="compact-sm"
        variant="default"
        loading={withdraw.isPending}
        onClick={() => withdraw.mutate(id)}
      >
        {words.withdraw}
      </Button>
    </Group>
  );
}
