import { Button, PasswordInput, TextInput } from "@mantine/core";
import { Link, Navigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { faultBeside, faultOf } from "../../shared/problem";
import { text } from "../../shared/text";
import { AccountFrame } from "./AccountFrame";
import styles from "./AccountFrame.module.css";
import { useLogin, useMe } from "./useMe";

const words = text.account;

/** Log in, and go on to where the reader was going. */
export function LoginPage({ next }: { readonly next: string }) {
  const me = useMe();
  const login = useLogin();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  if (me.data) return <Navigate to={next} replace />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (username.trim() && password) login.mutate({ username: username.trim(), password });
  };
  const problem = faultBeside(login.error, ["username", "password"]);
  return (
    <AccountFrame title={words.logInTitle} problem={problem}>
      <form className={styles.form} onSubmit={submit} noValidate>
        <TextInput
          label={words.username}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          size="md"
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
          error={
            (tried && !username.trim() ? words.needsUsername : null) ??
            faultOf(login.error, "username")
          }
        />
        <PasswordInput
          label={words.password}
          name="password"
          autoComplete="current-password"
          size="md"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": words.showPassword }}
          error={
            (tried && !password ? words.needsPassword : null) ?? faultOf(login.error, "password")
          }
        />
        <Button type="submit" size="md" fullWidth loading={login.isPending}>
          {words.logIn}
        </Button>
      </form>
      <Link className={styles.other} to="/signup" search={{ next }}>
        {words.toSignUp}
      </Link>
    </AccountFrame>
  );
}
