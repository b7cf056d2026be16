// The words of taking a conversation over.
export const takeoverText = {
  menu: "Take over or ask for a person",
  title: "Who answers here",
  lead: "While a person has taken over, bots say nothing here; what they still had to say becomes a draft.",
  howLong: "For how long",
  minutes: { "15": "15 minutes", "60": "1 hour", "240": "4 hours", "1440": "1 day" },
  afterwards: "When the time is over",
  thens: {
    release: "Bots answer again, from the next message on",
    answer: "Bots also answer the newest message, if nobody has",
  },
  take: "Take over",
  release: "Release",
  human: "Ask for a person",
  humanAsked: "The operators were asked. Whoever comes joins this conversation.",
  yours: (until: string) => `You have taken over until ${until}. Bots say nothing here.`,
  theirs: (name: string, until: string) =>
    `${name} has taken over until ${until}. Bots say nothing here.`,
  failed: "That did not work.",
  hint: "Commands: /take [minutes], /release, /human, /why",
  noAnswer: "No bot has answered here yet.",
} as const;
