import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";

import { api } from "@/api/client";
import type { SessionView } from "@/api/types";
import { FormError } from "@/ui/States";
import { useServerForm } from "@/ui/useServerForm";

import { t } from "./strings";

export function SignInForm({ email = "", onSignedIn }: { email?: string; onSignedIn: (session: SessionView) => void }) {
  const { form, onSubmit, isPending, error } = useServerForm({
    initial: { email, password: "" },
    submit: api.signIn,
    onDone: onSignedIn,
  });
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <TextInput
          label={t("email")}
          type="email"
          name="email"
          autoComplete="username"
          required
          withAsterisk={false}
          data-autofocus={email ? undefined : true}
          {...form.getInputProps("email")}
        />
        <PasswordInput
          label={t("password")}
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          data-autofocus={email ? true : undefined}
          {...form.getInputProps("password")}
        />
        <FormError error={error} />
        <Button type="submit" loading={isPending} fullWidth>
          {t("signIn")}
        </Button>
      </Stack>
    </form>
  );
}
