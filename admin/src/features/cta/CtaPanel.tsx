import { Button, Group, NativeSelect } from "@mantine/core";
import { IconArrowBarToLeft, IconPlus, IconX } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api } from "@/api/client";
import { queries } from "@/api/queries";
import { useMay } from "@/api/session";
import type { CtaIn, PieceCta } from "@/api/types";
import { useList } from "@/api/useList";
import { IconButton } from "@/ui/IconButton";
import { ErrorState, FormError, Rows } from "@/ui/States";

import { CtaForm } from "./CtaForm";
import classes from "./CtaPanel.module.css";
import { t } from "./strings";
import { expectedWords } from "./words";

interface CtaPanelProps {
  pieceId: number;
  readOnly: boolean;
  insertBlock: (text: string) => void;
}

/** What this piece asks its readers to do. */
export function CtaPanel({ pieceId, readOnly, insertBlock }: CtaPanelProps) {
  const attached = useQuery(queries.pieceCtas(pieceId));
  const mayPlan = useMay("plan");
  const [creating, setCreating] = useState(false);
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: ["piece", pieceId, "ctas"] });

  async function create(body: CtaIn) {
    const cta = await api.createCta(body);
    await api.attachCta(pieceId, { cta_id: cta.id });
    await Promise.all([refresh(), client.invalidateQueries({ queryKey: ["ctas"] })]);
  }

  return (
    <section className={classes.panel} aria-labelledby="cta-panel-title">
      <div className={classes.head}>
        <h2 id="cta-panel-title">{t("panelTitle")}</h2>
        {mayPlan && !creating && (
          <Button size="compact-sm" variant="subtle" leftSection={<IconPlus size={14} />} onClick={() => setCreating(true)}>
            {t("create")}
          </Button>
        )}
      </div>
      {attached.isPending && <Rows count={2} />}
      {attached.isError && <ErrorState error={attached.error} onRetry={() => void attached.refetch()} />}
      {attached.data?.items.length === 0 && !creating && <p className={classes.empty}>{t("panelEmpty")}</p>}
      <ul className={classes.list}>
        {attached.data?.items.map((cta) => (
          <AttachedCta
            key={cta.cta_id}
            cta={cta}
            mayDetach={mayPlan}
            onInsert={readOnly ? undefined : () => insertBlock(`<!-- cta: ${cta.slug} -->`)}
            onDetached={refresh}
          />
        ))}
      </ul>
      {mayPlan && creating && (
        <div className={classes.form}>
          <CtaForm
            cta={null}
            action={t("add")}
            submit={create}
            onDone={() => setCreating(false)}
            aside={
              <Button variant="subtle" onClick={() => setCreating(false)}>
                {t("cancel")}
              </Button>
            }
          />
        </div>
      )}
      {mayPlan && !creating && (
        <AttachExisting
          pieceId={pieceId}
          attached={attached.data?.items.map((cta) => cta.cta_id) ?? []}
          onAttached={refresh}
        />
      )}
    </section>
  );
}

function AttachedCta({
  cta,
  mayDetach,
  onInsert,
  onDetached,
}: {
  cta: PieceCta;
  mayDetach: boolean;
  onInsert?: () => void;
  onDetached: () => Promise<unknown>;
}) {
  const detach = useMutation({
    mutationFn: () => api.detachCta(cta.piece_id, cta.cta_id),
    onSuccess: onDetached,
  });
  return (
    <li className={classes.item}>
      <div className={classes.words}>
        <strong>{cta.label}</strong>
        <span className="quiet">{expectedWords(cta.expected)}</span>
        {detach.error && <FormError error={detach.error} />}
      </div>
      <Group gap={2} wrap="nowrap">
        {onInsert && (
          <IconButton label={t("insertNamed", { label: cta.label })} icon={IconArrowBarToLeft} onClick={onInsert} />
        )}
        {mayDetach && (
          <IconButton
            label={t("detach", { label: cta.label })}
            icon={IconX}
            loading={detach.isPending}
            onClick={() => detach.mutate()}
          />
        )}
      </Group>
    </li>
  );
}

function AttachExisting({
  pieceId,
  attached,
  onAttached,
}: {
  pieceId: number;
  attached: number[];
  onAttached: () => Promise<unknown>;
}) {
  const ctas = useList(queries.ctas(), { all: true });
  const attach = useMutation({
    mutationFn: (ctaId: number) => api.attachCta(pieceId, { cta_id: ctaId }),
    onSuccess: onAttached,
  });
  const free = ctas.items.filter((cta) => !attached.includes(cta.id)) ?? [];
  if (free.length === 0) return null;
  return (
    <>
      <NativeSelect
        label={t("attach")}
        value=""
        disabled={attach.isPending}
        onChange={(event) => event.currentTarget.value && attach.mutate(Number(event.currentTarget.value))}
        data={[
          { value: "", label: t("attachPick") },
          ...free.map(({ id, label }) => ({ value: String(id), label })),
        ]}
      />
      <FormError error={attach.error} />
    </>
  );
}
