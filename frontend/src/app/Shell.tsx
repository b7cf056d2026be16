import { Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { Me } from "../contracts.gen";
import { useMe } from "../features/accounts/useMe";
import { ConnectionBanner } from "../features/chat/ConnectionBanner";
import { ChatSessionProvider } from "../features/chat/chatSession";
import { useSignedIn } from "../features/chat/useSignedIn";
import { Sidebar } from "../features/people/Sidebar";
import { LoadFailed } from "../shared/LoadFailed";
import { wordsFor } from "../shared/problem";
import { Splash } from "../shared/Splash";
import { text } from "../shared/text";
import styles from "./Shell.module.css";

/** The signed-in part: list at the left, the chosen page beside it; one column on a phone. */
export function Shell() {
  const me = useMe();
  if (me.data) return <SignedIn key={me.data.id} me={me.data} />;
  if (me.data === null) return <ToLogin />;
  if (me.isError) {
    return (
      <LoadFailed
        what={text.errors.unexpected}
        why={wordsFor(me.error)}
        onRetry={() => void me.refetch()}
      />
    );
  }
  return <Splash />;
}

/** Go to the login page, once, and remember where the reader was going. */
function ToLogin() {
  const navigate = useNavigate();
  const { href } = useLocation();
  const gone = useRef(false);
  useEffect(() => {
    if (gone.current) return;
    gone.current = true;
    void navigate({ to: "/login", search: { next: href }, replace: true });
  }, [navigate, href]);
  return <Splash />;
}

function SignedIn({ me }: { readonly me: Me }) {
  const session = useSignedIn(me);
  const { pathname } = useLocation();
  if (!session) return <Splash />;
  return (
    <ChatSessionProvider value={session}>
      <a className={styles.skip} href="#main">
        {text.skip}
      </a>
      <div className={styles.shell} data-page={pathname === "/" ? "list" : "one"}>
        <Sidebar />
        <main id="main" className={styles.main} tabIndex={-1}>
          <ConnectionBanner />
          <Outlet />
        </main>
      </div>
    </ChatSessionProvider>
  );
}
