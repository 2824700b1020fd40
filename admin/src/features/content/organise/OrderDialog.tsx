import { Button, Group, Modal, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { api } from "@/api/client";
import { queries } from "@/api/queries";
import type { PieceSummary, Series } from "@/api/types";
import { moved } from "@/features/content/fields/kinds";
import { IconButton } from "@/ui/IconButton";
import { EmptyState, ErrorState, FormError, Rows } from "@/ui/States";
import { Status } from "@/ui/Status";
import { t as ui } from "@/ui/strings";

import { byPlace, inOrder, misplaced } from "./order";
import classes from "./Organise.module.css";
import { t } from "./strings";

interface OrderDialogProps {
  series: Series | null;
  onClose: () => void;
}

/** The pieces of a series, in the order in which readers are led through them. */
export function OrderDialog({ series, onClose }: OrderDialogProps) {
  return (
    <Modal opened={series !== null} onClose={onClose} title={series && t("orderTitle", { name: series.title })} size="lg">
      {series && <Order key={series.id} series={series} onClose={onClose} />}
    </Modal>
  );
}

function Order({ series, onClose }: { series: Series; onClose: () => void }) {
  const found = useQuery(queries.inSeries(series.slug));
  if (found.isPending) return <Rows count={4} />;
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (found.data.length === 0) return <EmptyState>{t("orderEmpty")}</EmptyState>;
  return <OrderForm series={series} pieces={found.data} onClose={onClose} />;
}

interface OrderFormProps {
  series: Series;
  pieces: PieceSummary[];
  onClose: () => void;
}

function OrderForm({ series, pieces, onClose }: OrderFormProps) {
  const client = useQueryClient();
  const [ids, setIds] = useState(() => byPlace(pieces).map(({ id }) => id));
  const order = inOrder(pieces, ids);
  const [said, say] = useState("");
  const list = useRef<HTMLOListElement>(null);
  const refocus = useRef<{ id: number; button: "up" | "down" } | null>(null);
  const changes = misplaced(order);
  const save = useMutation({
    mutationFn: () => api.orderSeries(series.id, { pieces: order.map(({ id, version }) => ({ id, version })) }),
    onSuccess: () => {
      notifications.show({ message: t("orderSaved"), color: "moss" });
      onClose();
    },
    onSettled: () =>
      Promise.all(["pieces", "piece", "in-series"].map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });

  function move(from: number, to: number, button: "up" | "down") {
    setIds(moved(order, from, to).map(({ id }) => id));
    say(t("movedTo", { number: to + 1, count: order.length }));
    refocus.current = { id: order[from]?.id ?? 0, button };
  }

  useEffect(() => {
    if (!refocus.current) return;
    const { id, button } = refocus.current;
    refocus.current = null;
    const buttons = [...(list.current?.querySelectorAll<HTMLButtonElement>(`[data-piece="${id}"] button`) ?? [])];
    const [up, down] = buttons;
    const wanted = button === "up" ? up : down;
    (wanted?.disabled ? buttons.find((one) => !one.disabled) : wanted)?.focus();
  }, [ids]);

  return (
    <Stack gap="md">
      <p style={{ margin: 0 }}>{t("orderLead")}</p>
      <p className="visually-hidden" role="status">
        {said}
      </p>
      <ol className={classes.order} ref={list}>
        {order.map((piece, index) => {
          const name = piece.title || t("untitled", { id: piece.id });
          return (
            <li key={piece.id} data-piece={piece.id}>
              <span className={classes.place}>{index + 1}</span>
              <span className={classes.ordered}>
                <span className={classes.orderedName}>{name}</span>
                <Status state={piece.status} />
              </span>
              <IconButton
                label={t("moveUp", { name })}
                icon={IconArrowUp}
                disabled={index === 0}
                onClick={() => move(index, index - 1, "up")}
              />
              <IconButton
                label={t("moveDown", { name })}
                icon={IconArrowDown}
                disabled={index === order.length - 1}
                onClick={() => move(index, index + 1, "down")}
              />
            </li>
          );
        })}
      </ol>
      {order.some(({ status }) => status === "published") && changes.length > 0 && (
        <p className="quiet" style={{ margin: 0 }}>
          {t("orderLive")}
        </p>
      )}
      <FormError error={save.error} />
      <Group gap="xs">
        <Button disabled={changes.length === 0} loading={save.isPending} onClick={() => save.mutate()}>
          {t("orderSave")}
        </Button>
        <Button variant="subtle" onClick={onClose}>
          {ui("cancel")}
        </Button>
      </Group>
    </Stack>
  );
}
