import { Button, type MantineColorScheme, Menu, useMantineColorScheme } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Avatar } from "../../shared/Avatar";
import { ledgerText } from "../../shared/ledgerText";
import { wordsFor } from "../../shared/problem";
import { text } from "../../shared/text";
import { useLogout } from "../accounts/useMe";
import { useChatSession } from "../chat/chatSession";
import styles from "./AccountMenu.module.css";

const SCHEMES = ["light", "dark", "auto"] as const;

/** The open menu: who is signed in, the choice of colours, the way out, and why it did not work. */
export function AccountMenu() {
  const { me } = useChatSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const logout = useLogout();
  return (
    <div className={styles.place}>
      <Menu
        defaultOpened
        withinPortal={false}
        hideDetached={false}
        withInitialFocusPlaceholder={false}
        position="bottom-end"
        width={220}
        shadow="md"
      >
        <Menu.Target>
          <button
            type="button"
            className={styles.button}
            aria-label={text.account.menu(me.display_name)}
          >
            <Avatar user={{ ...me, kind: "person", avatar: "" }} />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <div className={styles.who}>
            <b>{me.display_name}</b>
            <span>
              @{me.username}
              {me.operator ? ` · ${text.account.operator}` : ""}
            </span>
          </div>
          <Menu.Divider />
          <Menu.Label>{text.theme.title}</Menu.Label>
          <Menu.RadioGroup
            value={colorScheme}
            onChange={(scheme) => setColorScheme(scheme as MantineColorScheme)}
          >
            {SCHEMES.map((scheme) => (
              <Menu.RadioItem key={scheme} value={scheme} closeMenuOnClick={false}>
                {text.theme[scheme]}
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
          <Menu.Divider />
          <Menu.Item component={Link} to="/memories">
            {ledgerText.memories}
          </Menu.Item>
          {me.operator ? (
            <Menu.Item component={Link} to="/ledger">
              {ledgerText.title}
            </Menu.Item>
          ) : null}
          <Menu.Divider />
          <Menu.Item onClick={() => logout.mutate()}>{text.account.logOut}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {logout.isError ? (
        <div className={styles.failed} role="alert">
          <p>
            {text.account.logOutFailed} {wordsFor(logout.error)}
          </p>
          <Button size="compact-md" onClick={() => logout.mutate()}>
            {text.account.logOutAgain}
          </Button>
          <Button size="compact-md" variant="default" onClick={() => logout.reset()}>
            {text.close}
          </Button>
        </div>
      ) : null}
    </div>
  );
}
