import { Button, Modal, MultiSelect, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { faultBeside, faultOf } from "../../shared/problem";
import { text } from "../../shared/text";
import { useLive } from "../chat/chatSession";
import styles from "./NewGroup.module.css";
import { useStartConversation } from "./useStartConversation";
import { useUsers } from "./useUsers";

const words = text.group;
const LONGEST_TITLE = 120; // as warren.contracts.chat.NewConversation

/** A new group: its title and who is in it. */
export function NewGroup({ onClose }: { readonly onClose: () => void }) {
  const me = useLive((state) => state.me);
  const users = useUsers("");
  const start = useStartConversation();
  const [title, setTitle] = useState("");
  const [members, setMembers] = useState<string[]>([]);
  const [tried, setTried] = useState(false);
  const others = (users.data ?? []).filter(({ username, active }) => active && username !== me);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!title.trim() || members.length === 0) return;
    start.mutate({ members, title: title.trim() }, { onSuccess: onClose });
  };
  const problem = faultBeside(start.error, ["title", "members"]);
  return (
    <Modal
      opened
      onClose={onClose}
      title={words.title}
      centered
      closeButtonProps={{ "aria-label": text.close }}
    >
      <form className={styles.form} onSubmit={submit} noValidate>
        <TextInput
          label={words.name}
          data-autofocus
          maxLength={LONGEST_TITLE}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
          error={
            (tried && !title.trim() ? words.needsTitle : null) ?? faultOf(start.error, "title")
          }
        />
        <MultiSelect
          label={words.members}
          description={words.membersHint}
          data={others.map(({ username, display_name, kind }) => ({
            value: username,
            label: `${display_name} (${kind === "bot" ? text.people.bot : `@${username}`})`,
          }))}
          value={members}
          onChange={setMembers}
          searchable
          hidePickedOptions
          nothingFoundMessage={words.none}
          error={
            (tried && members.length === 0 ? words.needsMembers : null) ??
            faultOf(start.error, "members")
          }
        />
        {problem ? (
          <p className={styles.problem} role="alert">
            {problem}
          </p>
        ) : null}
        <div className={styles.acts}>
          <Button variant="default" onClick={onClose}>
            {words.cancel}
          </Button>
          <Button type="submit" loading={start.isPending}>
            {words.create}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
