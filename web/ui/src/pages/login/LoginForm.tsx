// Name and password; used by the login page and by the dialog that renews an ended session.
import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useId } from "@mantine/hooks";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { RefusalNote } from "../../parts/form/RefusalNote";
import type { Troubles } from "../../parts/form/troubles";
import { useFocusOnTrouble } from "../../parts/form/useFocusOnTrouble";
import { useSignIn } from "../../session/useSession";

const NAMES = ["login", "password"] as const;

interface LoginFormProps {
  again?: boolean;
  login?: string;
  onDone?: () => void;
}

export function LoginForm({ again = false, login: known = "", onDone }: LoginFormProps) {
  const { t } = useTranslation();
  const signIn = useSignIn();
  const [login, setLogin] = useState(known);
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<unknown>(null);
  const [tried, setTried] = useState(0);
  const form = useId();
  const missing: Troubles = {
    ...(login.trim() ? {} : { login: t("login.nameMissing") }),
    ...(password ? {} : { password: t("login.passwordMissing") }),
  };
  const shown = tried ? missing : {};
  useFocusOnTrouble(form, NAMES, shown, refusal, tried);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried((times) => times + 1);
    if (Object.keys(missing).length > 0) return;
    setBusy(true);
    setRefusal(null);
    try {
      await signIn(login.trim(), password, again);
      onDone?.();
    } catch (error) {
      setRefusal(error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack gap="md">
        <RefusalNote id={`${form}-refusal`} refusal={refusal} />
        <TextInput
          id={`${form}-login`}
          error={shown["login"]}
          label={t("login.name")}
          name="login"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          size="md"
          value={login}
          onChange={(event) => setLogin(event.currentTarget.value)}
          data-autofocus={known ? undefined : true}
        />
        <PasswordInput
          id={`${form}-password`}
          error={shown["password"]}
          label={t("login.password")}
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          size="md"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": t("login.showPassword"), tabIndex: 0 }}
          data-autofocus={known ? true : undefined}
        />
        <Button type="submit" size="md" loading={busy} fullWidth>
          {t("login.enter")}
        </Button>
      </Stack>
    </form>
  );
}
