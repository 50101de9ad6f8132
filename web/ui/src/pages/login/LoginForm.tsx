// Name and password; used by the login page and by the dialog that renews an ended session.
import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Note } from "../../parts/Note";
import { useSignIn } from "../../session/useSession";
import { errorSentence } from "../../text/codes";

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

  const submit = async (event: FormEvent) => {
    event.preventDefault();
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
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="md">
        {refusal !== null && (
          <Note tone="bad" role="alert">
            {errorSentence(t, refusal)}
          </Note>
        )}
        <TextInput
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
