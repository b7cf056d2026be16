// The addresses of the client. What can be linked is in the address.
import {
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { Suspense } from "react";
import { ConversationPage } from "../features/chat/ConversationPage";
import { inboxSearch, letterSearch } from "../features/letters/letterSearch";
import { HomePage } from "../features/people/HomePage";
import { Splash } from "../shared/Splash";
import { Crashed } from "./Crashed";
import { ForOperators } from "./ForOperators";
import {
  BotHistoryPage,
  BotPage,
  DecisionsPage,
  EditPage,
  GalleryPage,
  InboxPage,
  JobPage,
  LedgerPage,
  LetterPage,
  LoginPage,
  MemoriesPage,
  NewBotPage,
  SignupPage,
  TurnPage,
} from "./pages";
import { Shell } from "./Shell";

interface NextSearch {
  readonly next?: string;
}

/** Only a path of our own may follow a login. */
function nextSearch(search: Record<string, unknown>): NextSearch {
  const next = search.next;
  const own = typeof next === "string" && /^\/(?![/\\])/.test(next);
  return own ? { next } : {};
}

const root = createRootRoute({ component: Outlet, errorComponent: Crashed });

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: nextSearch,
  component: function Login() {
    const { next = "/" } = login.useSearch();
    return (
      <Suspense fallback={<Splash />}>
        <LoginPage next={next} />
      </Suspense>
    );
  },
});

const signup = createRoute({
  getParentRoute: () => root,
  path: "/signup",
  validateSearch: nextSearch,
  component: function Signup() {
    const { next = "/" } = signup.useSearch();
    return (
      <Suspense fallback={<Splash />}>
        <SignupPage next={next} />
      </Suspense>
    );
  },
});

const shell = createRoute({ getParentRoute: () => root, id: "shell", component: Shell });

const home = createRoute({ getParentRoute: () => shell, path: "/", component: HomePage });

const conversation = createRoute({
  getParentRoute: () => shell,
  path: "/c/$conversationId",
  component: function Conversation() {
    const { conversationId } = conversation.useParams();
    return <ConversationPage key={conversationId} conversationId={conversationId} />;
  },
});

const letters = createRoute({
  getParentRoute: () => shell,
  path: "/dead-letters",
  validateSearch: inboxSearch,
  component: function Letters() {
    return (
      <ForOperators>
        <InboxPage search={letters.useSearch()} />
      </ForOperators>
    );
  },
});

const replays = createRoute({
  getParentRoute: () => shell,
  path: "/dead-letters/replays/$job",
  component: function Replays() {
    const { job } = replays.useParams();
    return (
      <ForOperators>
        <JobPage key={job} job={job} />
      </ForOperators>
    );
  },
});

const letter = createRoute({
  getParentRoute: () => shell,
  path: "/dead-letters/$letter",
  validateSearch: letterSearch,
  component: function Letter() {
    const { letter: id } = letter.useParams();
    return (
      <ForOperators>
        <LetterPage key={id} id={id} search={letter.useSearch()} />
      </ForOperators>
    );
  },
});

const decisions = createRoute({
  getParentRoute: () => shell,
  path: "/decisions",
  component: function Decisions() {
    return (
      <Suspense fallback={<Splash />}>
        <DecisionsPage />
      </Suspense>
    );
  },
});

const turn = createRoute({
  getParentRoute: () => shell,
  path: "/turns/$turn",
  component: function Turn() {
    const { turn: id } = turn.useParams();
    return (
      <Suspense fallback={<Splash />}>
        <TurnPage key={id} turn={id} />
      </Suspense>
    );
  },
});

const ledger = createRoute({
  getParentRoute: () => shell,
  path: "/ledger",
  component: function Ledger() {
    return (
      <ForOperators>
        <LedgerPage />
      </ForOperators>
    );
  },
});

const memories = createRoute({
  getParentRoute: () => shell,
  path: "/memories",
  component: function Memories() {
    return (
      <Suspense fallback={<Splash />}>
        <MemoriesPage />
      </Suspense>
    );
  },
});

const bots = createRoute({
  getParentRoute: () => shell,
  path: "/bots",
  component: function Bots() {
    return (
      <Suspense fallback={<Splash />}>
        <GalleryPage />
      </Suspense>
    );
  },
});

const bot = createRoute({
  getParentRoute: () => shell,
  path: "/bots/$name",
  component: function Bot() {
    const { name } = bot.useParams();
    return (
      <Suspense fallback={<Splash />}>
        <BotPage key={name} name={name} />
      </Suspense>
    );
  },
});

const newBot = createRoute({
  getParentRoute: () => shell,
  path: "/bots/new",
  component: function NewBot() {
    return (
      <ForOperators>
        <NewBotPage />
      </ForOperators>
    );
  },
});

const editBot = createRoute({
  getParentRoute: () => shell,
  path: "/bots/$name/edit",
  component: function EditBot() {
    const { name } = editBot.useParams();
    return (
      <Suspense fallback={<Splash />}>
        <EditPage key={name} name={name} />
      </Suspense>
    );
  },
});

const botHistory = createRoute({
  getParentRoute: () => shell,
  path: "/bots/$name/history",
  component: function BotHistory() {
    const { name } = botHistory.useParams();
    return (
      <Suspense fallback={<Splash />}>
        <BotHistoryPage key={name} name={name} />
      </Suspense>
    );
  },
});

const elsewhere = createRoute({
  getParentRoute: () => root,
  path: "$",
  beforeLoad: () => {
    throw redirect({ to: "/" });
  },
});

/** Make the router; a new one for each App, so tests do not share an address. */
export function makeRouter() {
  return createRouter({
    routeTree: root.addChildren([
      login,
      signup,
      shell.addChildren([
        home,
        conversation,
        letters,
        replays,
        letter,
        decisions,
        turn,
        ledger,
        memories,
        bots,
        newBot,
        bot,
        editBot,
        botHistory,
      ]),
      elsewhere,
    ]),
    defaultPreload: false,
    scrollRestoration: false,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
