// Beside a request nobody can take: what else could serve it, looked up when somebody asks. Taking it is on the trip's page.
import { Anchor, Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { readLadder } from "../../api/ladder";
import { Rungs } from "../../parts/Rungs";
import { Failed, Loading } from "../../parts/states";

export function OtherWays({ orderId }: { orderId: string }) {
  const { t } = useTranslation();
  const [looking, setLooking] = useState(false);
  const ladder = useQuery({
    queryKey: ["ladder", orderId],
    queryFn: ({ signal }) => readLadder(orderId, signal),
    enabled: looking,
    retry: false,
  });
  if (!looking)
    return (
      <Group>
        <Button size="compact-sm" variant="default" onClick={() => setLooking(true)}>
          {t("ladder.look")}
        </Button>
      </Group>
    );
  if (ladder.isPending) return <Loading lines={4} />;
  if (ladder.isError) return <Failed error={ladder.error} retry={() => void ladder.refetch()} />;
  return (
    <>
      <Rungs rungs={ladder.data.rungs} />
      <Anchor component={Link} to={`/trips/${orderId}`} size="sm" c="inherit" underline="always">
        {t("ladder.takeThere")}
      </Anchor>
    </>
  );
}
