import { Button, Group, Modal, Select, Stack } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api } from "@/api/client";
import { queries } from "@/api/queries";
import { CopyLine } from "@/ui/CopyLine";
import { formatDateTime } from "@/ui/format";
import { Ledger, LedgerLine } from "@/ui/Ledger";
import { ErrorState, FormError, Rows } from "@/ui/States";
import { t as ui } from "@/ui/strings";

import { t } from "./strings";

const DAYS = [1, 7, 30, 90];

/** Links that show a piece to whoever has them: made, listed, revoked. */
export function SharePreview({ pieceId, onClose }: { pieceId: number; onClose: () => void }) {
  const [days, setDays] = useState("7");
  const client = useQueryClient();
  const links = useQuery(queries.previewLinks(pieceId));
  const again = () => client.invalidateQueries({ queryKey: ["piece", pieceId, "previews"] });
  const make = useMutation({ mutationFn: () => api.sharePreview(pieceId, { days: Number(days) }), onSuccess: again });
  const revoke = useMutation({ mutationFn: (id: number) => api.revokePreview(pieceId, id), onSettled: again });
  const items = links.data?.items ?? [];
  return (
    <Modal opened onClose={onClose} title={t("shareTitle")} size={560} closeButtonProps={{ "aria-label": ui("close") }}>
      <Stack gap="md">
        <p style={{ margin: 0 }}>{t("shareLead")}</p>
        <FormError error={make.error ?? revoke.error} />
        {make.data && (
          <div role="status">
            <CopyLine label={t("shareLink")} description={t("shareOnce")} value={make.data.url} />
          </div>
        )}
        <Group align="end">
          <Select
            label={t("shareDays")}
            value={days}
            allowDeselect={false}
            data={DAYS.map((count) => ({ value: String(count), label: t("shareDaysOf", { count }) }))}
            onChange={(value) => setDays(value ?? "7")}
          />
          <Button onClick={() => make.mutate()} loading={make.isPending}>
            {t("shareMake")}
          </Button>
        </Group>
        {links.isPending && <Rows count={2} />}
        {links.isError && <ErrorState error={links.error} onRetry={() => void links.refetch()} />}
        {links.data && items.length === 0 && <p style={{ margin: 0, color: "var(--pencil)" }}>{t("shareNone")}</p>}
        {items.length > 0 && (
          <Ledger label={t("shareTitle")}>
            {items.map((link) => {
              const hasEnded = new Date(link.expires_at) <= new Date();
              const end = formatDateTime(link.expires_at);
              return (
                <LedgerLine
                  key={link.id}
                  name={t(hasEnded ? "shareEnded" : "shareBy", { name: link.created_by_name, end })}
                  note={
                    link.last_seen_at ? t("shareSeen", { moment: formatDateTime(link.last_seen_at) }) : t("shareUnseen")
                  }
                  side={
                    <Button size="xs" variant="subtle" loading={revoke.isPending && revoke.variables === link.id} onClick={() => revoke.mutate(link.id)}>
                      {t("shareRevoke")}
                    </Button>
                  }
                />
              );
            })}
          </Ledger>
        )}
      </Stack>
    </Modal>
  );
}
