"""What lint knows of Template, Http and Classify beyond the types of their config."""

import pytest

from warren.step import Step
from warren.step.describe import builtin_classes, describe_class
from warren.step.lint import lint


class Own(Step):
    pass


CLASSES = {**builtin_classes(), "Own": describe_class(Own)}


def faults(steps: str, classes: object = None) -> list[str]:
    """Return the errors of a bot's steps as `line:column message (hint)`; steps begin on line 3."""
    _, errors = lint(f"name: daisy\nsteps:\n{steps}\n", "daisy.yaml", classes or CLASSES)  # type: ignore[arg-type]
    return [
        f"{each.line}:{each.column} {each.message}" + (f" ({each.hint})" if each.hint else "")
        for each in errors
    ]


def template(text: str, **more: str) -> str:
    rest = "".join(f", {key}: {value}" for key, value in more.items())
    return f"  - {{class: Template, config: {{template: {text}{rest}}}}}"


def http(**config: str) -> str:
    lines = "".join(f"\n      {key}: {value}" for key, value in config.items())
    return f"  - class: Http\n    config:{lines}"


BLOCK = """  - class: Template
    config:
      template: |-
        Hello {{ user }},

          {% for m in mesages %}{{ m.body }}{% endfor %}
        {{ lable }}"""
CLASSIFY = "  - {class: Classify, config: {labels: [{name: a}, {name: b}]INTO}}\n"


@pytest.mark.parametrize(
    "steps",
    [
        template('"{{ user }} {{ bot }} {{ now }} {{ messages }} {{ chatml }} {{ draft }}"'),
        template('"{{ metadata }} {{ openai }} {{ delegated }} {{ range(3) }} {{ namespace }}"'),
        template('"{% set x = 1 %}{% for y in [x] %}{{ y }}{{ loop.index }}{% endfor %}"'),
        template('"{% if odd is defined %}{{ other | default(1) }}{% endif %}"'),
        template('"{{ anything }}"', strict="false"),
        CLASSIFY.replace("INTO", "") + template('"{{ label }}"'),
        CLASSIFY.replace("INTO", ", into: topic.name") + template('"{{ topic.name }}"'),
        http(url="https://a.com/x") + "\n" + template('"{{ http.body }}"'),
        "  - class: Own\n" + template('"{{ anything }}"'),
        template("'a {b} {# a note {{ x }} #}'"),
    ],
)
def test_a_good_template_has_no_faults(steps: str) -> None:
    assert faults(steps) == []


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (
            template('"Hi {{ mesages }}"'),
            '3:49 the template: nothing sets "mesages" (did you mean "messages"?)',
        ),
        (
            "  - class: Template\n    config:\n      template: Hi {{ usr }}",
            '5:23 the template: nothing sets "usr" (did you mean "user"?)',
        ),
        (template("'{% if x %}'"), "3:43 the template: unexpected end of template"),
        (template('"{{ user | uper }}"'), "3:43 the template: no filter named 'uper'"),
        (template('"{% include user %}"'), "3:43 the template: `include` is not available here"),
        (
            template('"a\\tb {{ usr }}"'),
            '3:42 the template: nothing sets "usr" (did you mean "user"?)',
        ),
        (
            CLASSIFY.replace("INTO", "") + template('"{{ lable }}"'),
            '4:46 the template: nothing sets "lable" (did you mean "label"?)',
        ),
        (template("a", into='"a b"'), '3:51 "into" cannot be written so (for example draft.body)'),
        ("  - class: Template", '3:5 "template" is missing'),
    ],
)
def test_a_fault_in_a_template_has_its_place(steps: str, expected: str) -> None:
    found = faults(steps)
    assert len(found) == 1
    assert found[0].startswith(expected)


def test_a_template_in_a_block_has_lines_and_columns() -> None:
    found = faults(BLOCK)

    assert found[0].startswith('8:23 the template: nothing sets "mesages"')


def test_a_name_that_only_a_later_step_sets_is_not_there_yet() -> None:
    steps = template('"{{ label }}"') + "\n" + CLASSIFY.replace("INTO", "")
    assert [each.split(" (")[0] for each in faults(steps)] == [
        '3:46 the template: nothing sets "label"'
    ]


def test_a_class_of_ones_own_with_the_name_is_left_alone() -> None:
    own = CLASSES["Own"].model_copy(update={"class_name": "Template"})
    classes = {**CLASSES, "Template": own}
    assert faults(template('"{{ x }"'), classes) == []


HIDE = (
    "(write ${WARREN_BOT_NAME} instead, list WARREN_BOT_NAME in `secrets`, and set it in the"
    " bot-runners' environment)"
)


@pytest.mark.parametrize(
    "steps",
    [
        http(url="https://a.com/{user}?q={draft.body}"),
        http(url="https://a.com", headers="{X-Token: '${WARREN_BOT_A}'}", secrets="[WARREN_BOT_A]"),
        http(
            url="https://a.com",
            headers="{Authorization: 'Bearer ${WARREN_BOT_A}'}",
            secrets="[WARREN_BOT_A]",
        ),
        http(url="'https://a.com?appid=${WARREN_BOT_A}'", secrets="[WARREN_BOT_A]"),
        http(
            url="https://a.com",
            headers="{Accept: text/plain, X-Trace: abc}",
            method="POST",
            body="hi",
        ),
    ],
)
def test_a_good_call_has_no_faults(steps: str) -> None:
    assert faults(steps) == []


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (
            http(url="https://a.com", headers="{Authorization: Bearer abc123}"),
            f'6:32 a secret stands in clear in the header "Authorization" {HIDE}',
        ),
        (
            http(url="https://a.com", headers="{X-Api-Key: abc123}"),
            f'6:28 a secret stands in clear in the header "X-Api-Key" {HIDE}',
        ),
        (
            http(url="https://a.com", headers="{X-Auth-Token: a-$NAME}"),
            f'6:31 a secret stands in clear in the header "X-Auth-Token" {HIDE}',
        ),
        (
            http(url="https://a.com/?q=1&api_key=abc"),
            f'5:12 a secret stands in clear in "api_key" of the url {HIDE}',
        ),
        (
            http(url="https://{user}.com/"),
            "5:12 the url must begin with https:// and a host, with tokens only after it"
            " (for example https://api.example.com/v1?q={messages.-1.body})",
        ),
        (
            http(url="https://a@b.com/"),
            "5:12 the url must begin with https:// and a host, with tokens only after it"
            " (for example https://api.example.com/v1?q={messages.-1.body})",
        ),
        (
            http(url="https://a.com/${WARREN_BOT_B}", secrets="[WARREN_BOT_A]"),
            '5:12 ${WARREN_BOT_B} is not listed in `secrets` (did you mean "WARREN_BOT_A"?)',
        ),
        (
            http(url="https://a.com", secrets="[HOME]"),
            "6:17 this cannot be written so (for example WARREN_BOT_WEATHER_KEY)",
        ),
        (http(url="https://a.com", body="hi"), "6:7 a GET has no body (add `method: POST`)"),
        (
            http(url="https://a.com", method="GETT"),
            '6:15 "method" must be one of GET, POST, PUT (did you mean "GET"?)',
        ),
        (
            http(url="https://a.com", timeout_seconds="90"),
            "6:24 the step is stopped after 60 s already"
            " (raise the step's timeout_seconds, beside `config`)",
        ),
        (
            http(url="https://a.com", headers="{Host: b.com}"),
            '6:17 "Host" is no header that a step may set (remove it)',
        ),
        (http(method="GET"), '5:7 "url" is missing'),
    ],
)
def test_a_fault_in_a_call_is_told_with_its_remedy(steps: str, expected: str) -> None:
    found = faults(steps)
    assert len(found) == 1
    assert found[0].startswith(expected)


@pytest.mark.parametrize(
    ("entries", "hint"),
    [
        ("", None),
        ("api.example.com", None),
        ("api.exmple.com", 'did you mean "api.exmple.com"?'),
        ("other.org", "whoever runs Warren allows it in HTTP_STEP_HOSTS"),
        ("api.example.com:8443", 'did you mean "api.example.com:8443"?'),
    ],
)
def test_a_host_that_is_not_allowed_is_a_fault_where_the_list_is_known(
    monkeypatch: pytest.MonkeyPatch, entries: str, hint: str | None
) -> None:
    monkeypatch.setenv("HTTP_STEP_HOSTS", entries)
    told = f"5:12 api.example.com is not among the allowed hosts ({hint})"
    assert faults(http(url="https://api.example.com/v1")) == ([told] if hint else [])


def test_labels_of_one_name_are_a_fault() -> None:
    steps = "  - {class: Classify, config: {labels: [{name: a}, {name: A}]}}"
    assert faults(steps) == ['3:59 two labels have the name "A" (give this one another)']
    one = "  - {class: Classify, config: {labels: [{name: a}]}}"
    assert faults(one)[0].startswith('3:40 "labels" must have at least 2 items (for example [{')
