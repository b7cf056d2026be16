import pytest
from pydantic import BaseModel, Field

from warren.step import Step
from warren.step.describe import builtin_classes, describe_class
from warren.step.lint import lint


class Weigh(Step):
    class Config(BaseModel):
        unit: str
        limit: int | str | None = Field(default=None)
        mode: str = Field(default="a", pattern="^[ab]$")
        part: list[str] = Field(default=[])


CLASSES = {**builtin_classes(), "Weigh": describe_class(Weigh)}
STEPS = "steps: [{class: Draft}]\n"
HI = "{user: ana, body: hi}"


def faults(text: str) -> list[str]:
    """Return the errors as `line:column message (hint)`."""
    bot, errors = lint(text, "daisy.yaml", CLASSES)
    assert (bot is None) == bool(errors)
    return [
        f"{each.line}:{each.column} {each.message}" + (f" ({each.hint})" if each.hint else "")
        for each in errors
    ]


def step(text: str) -> str:
    return f"name: daisy\nsteps:\n  - {text}\n"


@pytest.mark.parametrize(
    "text",
    [
        "name: daisy\nsteps:\n  - class: Draft\n  - class: Reply\n",
        "name: kids-diary-bot\nsteps: [{class: Gpt, config: {model: gpt-4, temperature: 1}}]\n",
        step("{class: Weigh, config: {unit: kg, limit: 3}}"),
        step("{class: Weigh, config: {unit: kg, limit: much, part: [a]}}"),
        step("{id: a, class: Gpt}") + "  - {id: b, class: Gpt}\n",
        step('{class: Format, config: {each_user_message: "{content} {username} {}"}}'),
    ],
)
def test_a_good_bot_has_no_faults(text: str) -> None:
    assert faults(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1:1 the file is empty (a bot needs `name` and `steps`)"),
        ("hello", "1:1 this must be an object of keys, not text"
            " (write its keys on lines of their own below it, indented)"),
        ("- a\n- b\n", '1:1 this must be an object of keys, not a list (remove the "- " before its'
            " keys)"),
        (STEPS, '1:1 "name" is missing (add `name: kids-diary-bot`)'),
        ("name: daisy\n",
            '1:1 "steps" is missing (add `steps: [{class: Draft}, {class: Reply}]`)'),
        (
            "name: Kids Diary!\n" + STEPS,
            "1:7 a bot's name is 2 to 63 small letters, digits and hyphens, and begins with a"
            ' letter (for example "kids-diary")',
        ),
        ("name: 12\n" + STEPS, '1:7 "name" must be text, not the number 12 (put it in quotes)'),
        ("nmae: daisy\n" + STEPS, '1:1 unknown key "nmae" (did you mean "name"?)'),
        (
            "name: daisy\ntoken: abc\nsteps: [{class: Draft}]\n",
            '2:1 unknown key "token" (known keys: name, persona, on, reply, approver, history,'
            " listens, timezone, while_busy, concurrency, expires_after, steps, expect, tests)",
        ),
        (
            "name: daisy\npersona: {display_nam: D}\n" + STEPS,
            '2:11 unknown key "display_nam" (did you mean "display_name"?)',
        ),
        (
            'name: daisy\nhistory: "10"\n' + STEPS,
            '2:10 "history" must be a whole number, not text (remove the quotes)',
        ),
        ("name: daisy\nhistory: 900\n" + STEPS,
            '2:10 "history" must be at most 200 (for example 10)'),
        (
            "name: daisy\nwhile_busy: merg\n" + STEPS,
            '2:13 "while_busy" must be one of merge, queue (did you mean "merge"?)',
        ),
        ("name: daisy\nreply: drft\n" + STEPS,
            '2:8 "reply" must be one of auto, draft (did you mean "draft"?)'),
        (
            "name: daisy\ntimezone: Australia/Melborne\n" + STEPS,
            '2:11 unknown timezone "Australia/Melborne" (did you mean "Australia/Melbourne"?)',
        ),
        (
            "name: daisy\ntimezone: Australia\n" + STEPS,
            '2:11 unknown timezone "Australia" (did you mean "Australia/NSW"?)',
        ),
        (
            "name: daisy\ntimezone: /etc/passwd\n" + STEPS,
            '2:11 unknown timezone "/etc/passwd" (an IANA name, such as Australia/Melbourne)',
        ),
        (
            "name: daisy\nexpires_after: 7 days\n" + STEPS,
            '2:16 "expires_after" must be a number and m, h or d (for example 7d)',
        ),
        ("name: daisy\nsteps: []\n", '2:8 "steps" must have at least one item'
            " (for example [{class: Draft}, {class: Reply}])"),
        (
            "name: daisy\nsteps: {class: Draft}\n",
            '2:8 "steps" must be a list, not an object of keys'
            ' (begin each item on a line of its own with "- ")',
        ),
        (step("Draft"), '3:5 this must be an object of keys, not text (write "- class: Draft")'),
        (step("clas: Draft"), '3:5 unknown key "clas" (did you mean "class"?)'),
        (step("id: x"), '3:5 "class" is missing (add `class: Gpt`)'),
        (step("class: Formt"), '3:12 unknown step class "Formt" (did you mean "Format"?)'),
        (step("class: gpt"), '3:12 unknown step class "gpt" (did you mean "Gpt"?)'),
        (
            step("class: Zzzzz"),
            '3:12 unknown step class "Zzzzz" (known classes: ' + ", ".join(sorted(CLASSES))
            + "; or begin it: warren steps new Zzzzz)",
        ),
        (
            step("{class: Draft, timeout_seconds: -3}"),
            '3:37 "timeout_seconds" must be more than 0 (for example 20)',
        ),
        (step("{class: Draft, retry: {attemps: 3}}"),
            '3:28 unknown key "attemps" (did you mean "attempts"?)'),
        (
            step("{class: Draft, id: Think It}"),
            "3:24 a step's id is 1 to 40 small letters, digits, hyphens and underscores"
            ' (for example "think-it")',
        ),
        (
            step("class: Gpt") + "  - class: Gpt\n",
            '4:12 two steps have the id "gpt" (the other is on line 3; give this one its own,'
            " such as `id: gpt-2`)",
        ),
        (step("{class: Draft, config: }"),
            '3:27 "config" must be an object of keys, not empty'
            " (give it a value, or remove the key)"),
        (
            step("{class: Gpt, config: {modle: gpt-4}}"),
            '3:27 unknown key "modle" (did you mean "model"?)',
        ),
        (
            step("{class: Gpt, config: {temperature: hot}}"),
            '3:40 "temperature" must be a number, not text (from 0 to 2)',
        ),
        (
            step("{class: Gpt, config: {temperature: 3}}"),
            '3:40 "temperature" must be at most 2 (from 0 to 2)',
        ),
        (
            step("{class: Gpt, config: {stop: 3}}"),
            '3:33 "stop" must be text or a list, not the number 3',
        ),
        (step("{class: Weigh}"), '3:5 "unit" is missing'),
        (step("{class: Weigh, config: {unti: kg}}"),
            '3:29 unknown key "unti" (did you mean "unit"?)'),
        (
            step("{class: Weigh, config: {unit: kg, part: [a, 2]}}"),
            "3:49 this must be text, not the number 2 (put it in quotes)",
        ),
        (step("{class: Weigh, config: {unit: kg, mode: c}}"),
            "3:45 \"mode\": 'c' does not match '^[ab]$' (for example a)"),
        (step("{class: Draft, config: {a: 1}}"), '3:29 unknown key "a" (remove it)'),
        ("name: daisy\nname: rose\n" + STEPS,
            '2:1 key "name" stands here twice (the first is on line 1)'),
        ("name: daisy\n\tsteps: x\n",
            "2:1 a tab stands in the indentation (indent with spaces, not tabs)"),
        (
            "name: daisy\n" + STEPS + "tests: [{name: a, given: {messages: [" + HI + "]},"
            " mock: {drft: {}}, expect: {draft: {}}}]\n",
            '3:70 no step has the id "drft" (did you mean "draft"?)',
        ),
        (
            "name: daisy\n" + STEPS + "tests: [{name: a, given: {}, expect: {draft: {}}}]\n",
            '3:26 "messages" is missing (add `messages: [{user: ana, body: hello}]`)',
        ),
        (
            "name: daisy\n" + STEPS
            + "tests: [{name: a, given: {messages: [{user: ana, bdy: x}]}, expect: {a: 1}}]\n",
            '3:50 unknown key "bdy" (did you mean "body"?)',
        ),
        (
            "name: daisy\n" + STEPS + "tests: [{name: a, given: {messages: [" + HI
            + "]}, expect: {}}]\n",
            "3:71 nothing is expected (for example `reply: {body: …}`)",
        ),
    ],
)  # fmt: skip
def test_a_fault_is_told_once_with_place_and_hint(text: str, expected: str) -> None:
    assert faults(text) == [expected]


def test_all_faults_are_told_in_the_order_of_the_file() -> None:
    text = "name: Daisy\nhistry: 3\nsteps:\n  - class: &a Draft\n  - class: *a\n  - class: Gtp\n"

    found = faults(text)

    assert [each.split(" ")[0] for each in found] == ["1:7", "2:1", "4:12", "5:12", "6:12"]


def test_a_file_of_faults_has_an_end() -> None:
    assert len(faults("name: daisy\nsteps: [" + "{a: 1}," * 500 + "]\n")) == 100


def test_an_error_carries_file_and_line_of_source() -> None:
    _, (error,) = lint("name: daisy\r\nsteps:\r\n  - class: Gtp\r\n", "bots/daisy.yaml", CLASSES)

    assert (error.file, error.source_line) == ("bots/daisy.yaml", "  - class: Gtp")


def test_a_schema_that_points_elsewhere_fetches_nothing() -> None:
    schema = {"type": "object", "properties": {"a": {"$ref": "http://127.0.0.1:9/x.json"}}}
    classes = {"Odd": CLASSES["Weigh"].model_copy(update={"config_schema": schema})}

    _, errors = lint(step("{class: Odd, config: {a: 1}}"), "daisy.yaml", classes)

    assert errors[0].message.startswith("the class's Config has a schema that cannot")
