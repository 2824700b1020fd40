import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";

import { api } from "@/api/client";
import { rememberSession } from "@/api/session";
import type { Invitation } from "@/api/types";
import { browserZone } from "@/ui/format";
import { setLanguage } from "@/ui/i18n";
import { ErrorState, FormError, Rows } from "@/ui/States";
import { useServerForm } from "@/ui/useServerForm";
import { ZoneSelect } from "@/ui/ZoneSelect";

import { Door } from "./Door";
import { roleWord, t } from "./strings";

const route = getRouteApi("/setup/$token");

export function SetupPage() {
  const { token } = route.useParams();
  const invitation = useQuery({
    queryKey: ["invitation", token],
    queryFn: () => api.invitation(token),
    staleTime: Infinity,
  });
  useDocumentTitle(`${t("setUpTitle")} · Octavo`);

  if (invitation.isPending) return <Door title={t("setUpTitle")}>{<Rows count={3} />}</Door>;
  if (invitation.isError) {
    return (
      <Door title={t("invitationGone")} lead={t("invitationGoneHint")}>
        <ErrorState error={invitation.error} />
        <Button component={Link} to="/login" variant="outline" color="ink" mt="md">
          {t("signIn")}
        </Button>
      </Door>
    );
  }
  return <SetupForm token={token} invitation={invitation.data} />;
}

function SetupForm({ token, invitation }: { token: string; invitation: Invitation }) {
  const navigate = useNavigate();
  const { form, onSubmit, isPending, error } = useServerForm({
    initial: {
      organisation_name: "",
      zone: browserZone(),
      name: "",
      email: invitation.email ?? "",
      password: "",
    },
    submit: ({ organisation_name, zone, ...person }) =>
      api.setUp({ token, ...person, ...(invitation.first ? { organisation_name, zone } : {}) }),
    onDone: (session) => {
      rememberSession(session);
      setLanguage(session.organisation.locale);
      void navigate({ to: "/pieces", search: {} });
    },
  });

  return (
    <Door
      title={invitation.first ? t("setUpTitle") : t("joinTitlePlain")}
      lead={invitation.first ? t("setUpLead") : t("joinLead", { role: roleWord(invitation.role) })}
    >
      <form onSubmit={onSubmit} noValidate>
        <Stack gap="md">
          {invitation.first && (
            <>
              <TextInput
                label={t("organisationName")}
                description={t("organisationHint")}
                required
                withAsterisk={false}
                autoComplete="organization"
                {...form.getInputProps("organisation_name")}
              />
              <ZoneSelect label={t("zone")} description={t("zoneHint")} {...form.getInputProps("zone")} />
            </>
          )}
          <TextInput
            label={t("yourName")}
            description={t("yourNameHint")}
            required
            withAsterisk={false}
            autoComplete="name"
            {...form.getInputProps("name")}
          />
          <TextInput
            label={t("email")}
            type="email"
            required
            withAsterisk={false}
            autoComplete="username"
            {...form.getInputProps("email")}
          />
          <PasswordInput
            label={t("password")}
            description={t("passwordHint")}
            required
            withAsterisk={false}
            autoComplete="new-password"
            {...form.getInputProps("password")}
          />
          <FormError error={error} />
          <Button type="submit" loading={isPending} fullWidth>
            {invitation.first ? t("create") : t("join")}
          </Button>
        </Stack>
      </form>
    </Door>
  );
}
