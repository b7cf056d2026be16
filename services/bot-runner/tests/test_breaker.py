"""The circuit breaker as stories: what each step is told, second by second."""

from bot_runner.breaker import LINK_SECONDS, MAX_HOSTS, Breaker, Go, Limits, StepCode, Wait

HOST = "api.example.com"
GPT = StepCode("gpt", "a" * 64)
HTTP = StepCode("http", "b" * 64)
OTHER = StepCode("draft", "a" * 64)
NAMED = (HOST,)
LIMITS = Limits(failures=3, window_seconds=60, probe_seconds=10)


def opened(at: float = 0.0) -> Breaker:
    breaker = Breaker(LIMITS)
    for _ in range(3):
        breaker.failed(GPT, HOST, "ConnectError: refused", at)
    return breaker


def test_it_opens_after_so_many_failures_in_a_row():
    breaker = Breaker(LIMITS)
    told = [breaker.failed(GPT, HOST, "no", at) for at in (0, 1, 2, 3)]
    assert told == [None, None, Wait(HOST, 0, "no"), Wait(HOST, 1, "no")]


def test_a_success_in_between_begins_the_count_anew():
    breaker = Breaker(LIMITS)
    breaker.failed(GPT, HOST, "no", 0)
    breaker.failed(GPT, HOST, "no", 1)
    breaker.succeeded(GPT, (), 2)
    assert breaker.failed(GPT, HOST, "no", 3) is None
    assert breaker.ask(GPT, NAMED, 4) == Go()


def test_failures_that_are_far_apart_do_not_open_it():
    breaker = Breaker(LIMITS)
    told = [breaker.failed(GPT, HOST, "no", at) for at in (0, 40, 80, 90)]
    assert told == [None, None, None, Wait(HOST, 0, "no")]


def test_an_open_one_lets_nobody_through_until_it_is_time_for_a_probe():
    breaker = opened(at=100)
    assert breaker.ask(GPT, NAMED, 101) == Wait(HOST, 1, "ConnectError: refused")
    assert isinstance(breaker.ask(GPT, NAMED, 109.9), Wait)
    assert breaker.ask(GPT, NAMED, 110) == Go((HOST,))


def test_one_probe_per_kind_and_time_never_two_at_once():
    breaker = opened()
    probe = breaker.ask(GPT, NAMED, 10)
    assert probe == Go((HOST,))
    assert isinstance(breaker.ask(GPT, NAMED, 10.1), Wait)
    assert isinstance(breaker.ask(GPT, NAMED, 25), Wait), "the first still runs"
    breaker.release(GPT, Go((HOST,)))
    breaker.failed(GPT, HOST, "still no", 26)
    assert breaker.ask(GPT, NAMED, 27) == Go((HOST,)), "it began ten seconds ago"
    assert breaker.ask(HTTP, NAMED, 28) == Go((HOST,)), "another kind has a probe of its own"


def test_a_probe_that_ends_well_closes_it_for_all():
    heard: list[tuple[str, bool]] = []
    breaker = Breaker(LIMITS, lambda host, is_open: heard.append((host, is_open)))
    for _ in range(3):
        breaker.failed(GPT, HOST, "no", 0)
    breaker.ask(GPT, NAMED, 10)
    breaker.release(GPT, Go((HOST,)))
    breaker.succeeded(GPT, NAMED, 11)
    assert breaker.ask(GPT, NAMED, 11) == Go()
    assert breaker.ask(HTTP, NAMED, 11) == Go()
    assert heard == [(HOST, True), (HOST, False)]


def test_a_refusal_is_an_answer_and_closes_it():
    breaker = opened()
    breaker.answered(HOST)
    assert breaker.ask(GPT, NAMED, 1) == Go()


def test_only_steps_that_need_the_host_wait():
    breaker = opened()
    assert breaker.ask(OTHER, (), 1) == Go()
    assert breaker.ask(OTHER, ("api.other.com",), 1) == Go()
    assert isinstance(breaker.ask(GPT, (), 1), Wait), "it has failed on it"
    assert isinstance(breaker.ask(HTTP, NAMED, 1), Wait), "it names it"
    assert breaker.ask(StepCode("gpt", "c" * 64), (), 1) == Go(), "another revision"


def test_a_step_that_failed_long_ago_is_no_longer_tied():
    breaker = opened()
    breaker.failed(HTTP, HOST, "no", LINK_SECONDS)
    assert breaker.ask(GPT, (), LINK_SECONDS) == Go()
    assert isinstance(breaker.ask(HTTP, (), LINK_SECONDS + 1), Go), "its first probe"


def test_of_many_hosts_the_newest_and_the_open_ones_are_kept():
    heard: list[tuple[str, bool]] = []
    breaker = Breaker(LIMITS, lambda host, is_open: heard.append((host, is_open)))
    for _ in range(3):
        breaker.failed(GPT, HOST, "no", 0)
    for number in range(200):
        breaker.failed(GPT, f"h{number}.example.com", "no", 1)
    assert isinstance(breaker.ask(GPT, NAMED, 2), Wait)
    for number in range(MAX_HOSTS):
        for _ in range(3):
            breaker.failed(GPT, f"o{number}.example.com", "no", 2)
    assert sum(is_open or -1 for _, is_open in heard) <= MAX_HOSTS


def test_a_step_that_needs_two_hosts_waits_for_the_one_that_is_away():
    breaker = opened()
    for _ in range(3):
        breaker.failed(GPT, "b.example.com", "no", 8)
    wait = breaker.ask(GPT, (), 12)
    assert isinstance(wait, Wait)
    assert wait.host == "b.example.com"
    assert breaker.ask(GPT, (), 18) == Go((HOST, "b.example.com")), "no probe was used up by it"
