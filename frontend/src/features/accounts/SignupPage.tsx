import { Button, PasswordInput, TextInput } from "@mantine/core";
import { Link, Navigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { faultBeside, faultOf } from "../../shared/problem";
import { text } from "../../shared/text";
import { AccountFrame } from "./AccountFrame";
import styles from "./AccountFrame.module.css";
import { passwordFault, usernameFault } from "./signupFaults";
import { useMe, useSignup } from "./useMe";

const words = text.account;

/** Make an account. The first one of a Warren is its operator. */
export function SignupPage({ next }: { readonly next: string }) {
  const me = useMe();
  const signup = useSignup();
  const [username, setUsername] = useState("");
  const [displayName, setDisplayName] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  if (me.data) return <Navigate to={next} replace />;
  const faults = { username: usernameFault(username), password: passwordFault(password) };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (faults.username || faults.password) return;
    const name = displayName.trim();
    signup.mutate({ username, password, ...(name ? { display_name: name } : {}) });
  };
  const problem = faultBeside(signup.error, ["username", "password", "display_name"]);
  return (
    <AccountFrame title={words.signUpTitle} problem={problem}>
      <form className={styles.form} onSubmit={submit} noValidate>
        <TextInput
          label={words.username}
          description={words.usernameHint}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          size="md"
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
          error={(tried ? faults.username : null) ?? faultOf(signup.error, "username")}
        />
        <TextInput
          label={words.displayName}
          description={words.displayNameHint}
          name="display_name"
          autoComplete="name"
          size="md"
          maxLength={80}
          value={displayName}
          onChange={(event) => setDisplayName(event.currentTarget.value)}
          error={faultOf(signup.error, "display_name")}
        />
        <PasswordInput
          label={words.password}
          description={words.passwordHint}
          name="password"
          autoComplete="new-password"
          size="md"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": words.showPassword }}
          error={(tried ? faults.password : null) ?? faultOf(signup.error, "password")}
        />
        <Button type="submit" size="md" fullWidth loading={signup.isPending}>
          {words.signUp}
        </Button>
      </form>
      <Link className={styles.other} to="/login" search={{ next }}>
        {words.toLogIn}
      </Link>
    </AccountFrame>
  );
}
