import { Button, Modal } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { queries } from "@/api/queries";
import { useMay } from "@/api/session";
import { useList } from "@/api/useList";
import { Page } from "@/ui/Page";
import { EmptyState, ErrorState, Rows } from "@/ui/States";

import classes from "./DeliveriesPanel.module.css";
import { DeliveryItem } from "./DeliveryItem";
import { PlanDeliveryForm } from "./PlanDeliveryForm";
import { t } from "./strings";

/** Where a piece goes beside the blog, and what became of it. */
export function DeliveriesPanel({ pieceId }: { pieceId: number }) {
  const deliveries = useQuery(queries.deliveries(pieceId));
  const channels = useList(queries.channels(), { all: true });
  const mayDeliver = useMay("deliver");
  const [planning, setPlanning] = useState(false);
  const hasChannels = channels.items.length > 0;
  const planButton = mayDeliver && hasChannels && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setPlanning(true)}>
      {t("plan")}
    </Button>
  );

  return (
    <Page title={t("deliveries")} lead={t("deliveriesLead")} actions={deliveries.data?.items.length !== 0 && planButton}>
      {deliveries.isPending && <Rows count={3} />}
      {deliveries.isError && <ErrorState error={deliveries.error} onRetry={() => void deliveries.refetch()} />}
      {deliveries.data?.items.length === 0 && (
        <EmptyState
          action={
            planButton || (
              <Button component={Link} to="/channels" variant="outline" color="ink">
                {t("toChannels")}
              </Button>
            )
          }
        >
          {channels.isSuccess && !hasChannels ? t("noChannelsForDelivery") : t("noDeliveries")}
        </EmptyState>
      )}
      {deliveries.data && deliveries.data.items.length > 0 && (
        <ul className={classes.list}>
          {deliveries.data.items.map((delivery) => (
            <DeliveryItem key={delivery.id} delivery={delivery} mayDeliver={mayDeliver} />
          ))}
        </ul>
      )}
      <Modal opened={planning} onClose={() => setPlanning(false)} title={t("planTitle")} size="lg">
        <PlanDeliveryForm
          pieceId={pieceId}
          channels={channels.items}
          onDone={() => setPlanning(false)}
        />
      </Modal>
    </Page>
  );
}
