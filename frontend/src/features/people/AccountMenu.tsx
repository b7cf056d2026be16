import { Menu, useMantineColorScheme } from "@mantine/core";
import { Avatar } from "../../shared/Avatar";
import { Icon } from "../../shared/Icon";
import { text } from "../../shared/text";
import { useLogout } from "../accounts/useMe";
import { useChatSession } from "../chat/chatSession";
import styles from "./AccountMenu.module.css";

const SCHEMES = ["light", "dark", "auto"] as const;

/** The open menu: who is signed in, the choice of colours, the way out. */
export function AccountMenu() {
  const { me } = useChatSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const logout = useLogout();
  return (
    <Menu defaultOpened position="bottom-end" width={220} shadow="md">
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
        {SCHEMES.map((scheme) => (
          <Menu.Item
            key={scheme}
            role="menuitemradio"
            aria-checked={colorScheme === scheme}
            closeMenuOnClick={false}
            onClick={() => setColorScheme(scheme)}
            rightSection={colorScheme === scheme ? <Icon name="check" /> : null}
          >
            {text.theme[scheme]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => logout.mutate()}>{text.account.logOut}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
