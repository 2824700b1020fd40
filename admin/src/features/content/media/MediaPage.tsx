import { Button, Drawer } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";

import { queries } from "@/api/queries";
import { useMay } from "@/api/session";
import { Page } from "@/ui/Page";
import { ErrorState, Rows } from "@/ui/States";
import { t as ui } from "@/ui/strings";

import { MediaDetails } from "./MediaDetails";
import { MediaLibrary } from "./MediaLibrary";
import { OrphansDialog } from "./OrphansDialog";
import { t } from "./strings";

const route = getRouteApi("/shell/media");

export function MediaPage() {
  const { file, ...filter } = route.useSearch();
  const navigate = route.useNavigate();
  const close = () => void navigate({ search: (before) => ({ ...before, file: undefined }) });
  const [checking, check] = useDisclosure(false);
  const checkButton = useMay("review") && (
    <Button variant="outline" color="ink" onClick={check.open}>
      {t("orphansButton")}
    </Button>
  );
  return (
    <Page title={t("media")} lead={t("lead")} actions={checkButton}>
      <MediaLibrary
        filter={filter}
        onFilter={(next) => void navigate({ search: next, replace: true })}
        onPick={(media) => void navigate({ search: (before) => ({ ...before, file: media.id }) })}
        pickWord="open"
      />
      <Drawer
        opened={file !== undefined}
        onClose={close}
        position="right"
        size={460}
        title={t("details")}
        closeButtonProps={{ "aria-label": ui("close") }}
      >
        {file !== undefined && <OneFile key={file} id={file} onGone={close} />}
      </Drawer>
      <OrphansDialog opened={checking} onClose={check.close} />
    </Page>
  );
}

function OneFile({ id, onGone }: { id: number; onGone: () => void }) {
  const media = useQuery(queries.oneMedia(id));
  if (media.isPending) return <Rows count={5} />;
  if (media.isError) return <ErrorState error={media.error} onRetry={() => void media.refetch()} />;
  return <MediaDetails key={media.data.version} media={media.data} onGone={onGone} />;
}
