"""The one catalogue of metrics. Labels are bounded: bot, step kind, outcome; never an id."""

from prometheus_client import Counter, Gauge, Histogram

_FAST = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300)

# --- messages and turns (chat-api) ---
MESSAGES_POSTED = Counter(
    "warren_messages_posted_total", "Messages written to a conversation.", ["author_kind"]
)
TURNS_STARTED = Counter("warren_turns_started_total", "Runs of turns that began.", ["bot"])
TURNS_ENDED = Counter(
    "warren_turns_ended_total", "Turns that ended or were parked.", ["bot", "end"]
)
TURN_SECONDS = Histogram(
    "warren_turn_seconds", "From a turn's start to its end.", ["bot"], buckets=_FAST
)
OUTCOMES_LATE = Counter(
    "warren_outcomes_late_total", "Outcomes of a run that is no longer current.", ["bot"]
)
OUTCOMES_DOUBLE = Counter(
    "warren_outcomes_double_total", "Outcomes that had been taken before.", ["bot"]
)
LETTERS_OPENED = Counter(
    "warren_dead_letters_opened_total", "Dead letters opened.", ["bot", "kind", "reason"]
)
DECISIONS = Counter(
    "warren_decisions_total",
    "What people decided: drafts approved, edited, rejected; questions answered.",
    ["bot", "kind", "decision"],
)
REPAIRS = Counter(
    "warren_repairs_total",
    "What people did to dead letters: replayed, edited, finished, answered, dismissed, restored;"
    " bulk for each letter that a bulk replay sent.",
    ["act"],
)

# --- outbox (chat-api, registry) ---
OUTBOX_PUBLISHED = Counter(
    "warren_outbox_published_total", "Outbox rows published and confirmed.", ["exchange"]
)
OUTBOX_SWEPT = Counter("warren_outbox_swept_total", "Outbox rows that the sweeper had to find.")
OUTBOX_OLDEST_SECONDS = Gauge(
    "warren_outbox_oldest_seconds", "Age of the oldest unpublished outbox row."
)

# --- steps (bot-runner) ---
STEP_ATTEMPTS = Counter(
    "warren_step_attempts_total", "Attempts of steps by outcome.", ["bot", "kind", "outcome"]
)
STEP_RUN_SECONDS = Histogram("warren_step_run_seconds", "Time a step ran.", ["kind"], buckets=_FAST)
STEP_QUEUE_SECONDS = Histogram(
    "warren_step_queue_seconds", "Time a step command waited in its queue.", ["kind"], buckets=_FAST
)
STEPS_BUSY = Gauge("warren_runner_busy_steps", "Steps in flight in this runner.")
CIRCUIT_OPEN = Gauge(  # at most 50 hosts; absent when the host answers
    "warren_circuit_open", "1 while an outside host does not answer and its steps wait.", ["host"]
)

# --- sockets (gateway-ws) ---
SOCKETS = Gauge("warren_sockets", "Open sockets.")
SOCKETS_CLOSED = Counter("warren_sockets_closed_total", "Sockets closed, by code.", ["code"])
FRAMES_SENT = Counter("warren_frames_sent_total", "Frames handed to sockets.", ["type"])
FRAMES_DROPPED = Counter("warren_frames_dropped_total", "Frames not sent on, by cause.", ["cause"])

# --- registry ---
BOTS_SERVING = Gauge("warren_bots_serving", "Bots with a serving revision.")
BOTS_BROKEN = Gauge("warren_bots_broken", "Bot files that do not pass lint.")
REVISIONS_PUBLISHED = Counter("warren_revisions_published_total", "Publications of bots.", ["bot"])
RUNNERS_LIVE = Gauge("warren_runners_live", "Runners with a fresh heartbeat.")

# --- broker (all) ---
PUBLISH_FAILURES = Counter(
    "warren_publish_failures_total", "Publishes that were not confirmed.", ["exchange", "cause"]
)
HANDLER_HELD = Counter(
    "warren_handler_held_total", "Deliveries held because their handler failed.", ["queue"]
)
