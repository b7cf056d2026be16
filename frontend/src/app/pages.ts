// The pages beside the chat: each is fetched when somebody goes there.
import { lazy } from "react";

export const InboxPage = lazy(async () => ({
  default: (await import("../features/letters/inbox/InboxPage")).InboxPage,
}));

export const LetterPage = lazy(async () => ({
  default: (await import("../features/letters/detail/LetterPage")).LetterPage,
}));

export const JobPage = lazy(async () => ({
  default: (await import("../features/letters/bulk/JobPage")).JobPage,
}));

export const DecisionsPage = lazy(async () => ({
  default: (await import("../features/decisions/DecisionsPage")).DecisionsPage,
}));

export const TurnPage = lazy(async () => ({
  default: (await import("../features/turns/TurnPage")).TurnPage,
}));

export const LedgerPage = lazy(async () => ({
  default: (await import("../features/ledger/LedgerPage")).LedgerPage,
}));

export const MemoriesPage = lazy(async () => ({
  default: (await import("../features/memories/MemoriesPage")).MemoriesPage,
}));

export const GalleryPage = lazy(async () => ({
  default: (await import("../features/bots/gallery/GalleryPage")).GalleryPage,
}));

export const BotPage = lazy(async () => ({
  default: (await import("../features/bots/profile/BotPage")).BotPage,
}));

export const EditPage = lazy(async () => ({
  default: (await import("../features/bots/editor/EditPage")).EditPage,
}));

export const NewBotPage = lazy(async () => ({
  default: (await import("../features/bots/editor/NewBotPage")).NewBotPage,
}));

export const BotHistoryPage = lazy(async () => ({
  default: (await import("../features/bots/history/HistoryPage")).HistoryPage,
}));

export const LoginPage = lazy(async () => ({
  default: (await import("../features/accounts/LoginPage")).LoginPage,
}));

export const SignupPage = lazy(async () => ({
  default: (await import("../features/accounts/SignupPage")).SignupPage,
}));
