import { Button, NativeSelect, Radio, Stack, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";

import { api } from "@/api/client";
import { useSignedIn } from "@/api/session";
import type { Channel } from "@/api/types";
import { FormError } from "@/ui/States";
import { useServerForm } from "@/ui/useServerForm";
import { ZoneSelect } from "@/ui/ZoneSelect";

import classes from "./DeliveriesPanel.module.css";
import { t } from "./strings";

export function PlanDeliveryForm({
  pieceId,
  channels,
  onDone,
}: {
  pieceId: number;
  channels: Channel[];
  onDone: () => void;
}) {
  const client = useQueryClient();
  const { organisation } = useSignedIn();
  const { form, onSubmit, isPending, error } = useServerForm({
    initial: {
      channel_id: String(channels[0]?.id ?? ""),
      text: "",
      when: "live" as "live" | "at",
      send_at: "",
      zone: organisation.zone,
      fold: "" as "" | "0" | "1",
    },
    submit: (values) =>
      api.planDelivery(pieceId, {
        channel_id: Number(values.channel_id),
        ...(values.text.trim() ? { text: values.text } : {}),
        ...(values.when === "at" ? { send_at: values.send_at, zone: values.zone } : {}),
        ...(values.fold ? { fold: values.fold === "1" ? 1 : 0 } : {}),
      }),
    onDone: () => {
      void client.invalidateQueries({ queryKey: ["piece", pieceId, "deliveries"] });
      onDone();
    },
  });
  const isTwice = String(form.errors.send_at ?? "").includes("twice") || form.values.fold !== "";

  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <NativeSelect
          label={t("channel")}
          data={channels.map(({ id, name }) => ({ value: String(id), label: name }))}
          {...form.getInputProps("channel_id")}
        />
        <Textarea
          label={t("text")}
          description={t("textHint")}
          autosize
          minRows={3}
          maxRows={10}
          {...form.getInputProps("text")}
        />
        <TextPreview pieceId={pieceId} channelId={Number(form.values.channel_id)} text={form.values.text} />
        <Radio.Group label={t("when")} {...form.getInputProps("when")}>
          <Stack gap={4} mt={4}>
            <Radio value="live" label={t("whenLive")} />
            <Radio value="at" label={t("whenAt")} />
          </Stack>
        </Radio.Group>
        {form.values.when === "at" && (
          <div style={{ display: "grid", gap: 12, gridTemplateColumns: "repeat(auto-fit, minmax(200px, 1fr))" }}>
            <TextInput type="datetime-local" label={t("sendAt")} {...form.getInputProps("send_at")} />
            <ZoneSelect label={t("zone")} {...form.getInputProps("zone")} />
          </div>
        )}
        {form.values.when === "at" && isTwice && (
          <Radio.Group label={t("fold")} {...form.getInputProps("fold")}>
            <Stack gap={4} mt={4}>
              <Radio value="0" label={t("first")} />
              <Radio value="1" label={t("second")} />
            </Stack>
          </Radio.Group>
        )}
        <FormError error={error} />
        <div>
          <Button type="submit" loading={isPending}>
            {t("submitPlan")}
          </Button>
        </div>
      </Stack>
    </form>
  );
}

/** What the channel will show, counted as the network counts: by its plugin, on the server. */
function TextPreview({ pieceId, channelId, text }: { pieceId: number; channelId: number; text: string }) {
  const [soon] = useDebouncedValue(text, 400);
  const preview = useQuery({
    queryKey: ["delivery-preview", pieceId, channelId, soon],
    queryFn: () => api.previewDelivery(pieceId, { channel_id: channelId, ...(soon.trim() ? { text: soon } : {}) }),
    enabled: channelId > 0,
    placeholderData: keepPreviousData,
  });
  if (preview.isError) return <FormError error={preview.error} />;
  if (!preview.data) return null;
  const { text: shown, used, maximum, findings } = preview.data;
  return (
    <div>
      <div style={{ display: "flex", justifyContent: "space-between", marginBottom: 4 }}>
        <span style={{ fontWeight: 500 }}>{t("preview")}</span>
        <span className="quiet numbers">
          {maximum === null ? t("usedPlain", { used }) : t("used", { used, maximum })}
        </span>
      </div>
      <div className={classes.previewText}>{shown}</div>
      {findings.length > 0 && (
        <ul className={classes.findings}>
          {findings.map((finding) => (
            <li key={finding.code}>{finding.message}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
