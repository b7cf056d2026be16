import time
from collections.abc import Callable
from typing import Any

import pytest

from warren.step.errors import Permanent
from warren.step.kinds.fuel import MAX_OUTPUT_BYTES
from warren.step.kinds.template import Template
from warren.step.run_step import run_step

Payload = Callable[..., dict[str, Any]]
BIG = "x" * 260_000
DEEP = [[{} for _ in range(1000)] for _ in range(80)]
SAME_DEEP = [[{} for _ in range(1000)] for _ in range(80)]


async def write(template: str, given: dict[str, Any], **config: Any) -> dict[str, Any]:
    step = Template({"template": template, **config}, "daisy", timezone="Australia/Melbourne")
    return await run_step(step, given, timeout_seconds=10)


async def text_of(template: str, given: dict[str, Any], **config: Any) -> str:
    return (await write(template, given, **config))["draft"]["body"]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("Hello {{ user }}, I am {{ bot }}", "Hello ana, I am daisy"),
        ("{{ messages[-1].body }} {{ messages | length }}", "two 2"),
        (
            "{% for m in messages %}\n- {{ loop.index }} {{ m.body }}\n{% endfor %}",
            "- 1 one\n- 2 two\n",
        ),
        (
            "{{ label | upper }} {{ label ~ 1 }} {{ '%.2f' | format(price) }}",
            "BILLING billing1 3.50",
        ),
        ("{{ metadata }} {{ nothing }}|{{ metadata.items }}", '{"items": ["ä"]} |["ä"]'),
        (
            "{{ [1, 2] | sum }} {{ 7 // 2 }} {{ 2 ** 8 }} {{ [3, 1] | sort | join(', ') }}",
            "3 3 256 1, 3",
        ),
        ("{% if lable is defined %}x{% else %}y{% endif %}{{ other | default('z') }}", "yz"),
        (
            "{% set a, b = (1, 2) %}{{ b }}{{ 'abc'[1:] }}{{ {'k': 1}.items() | list }}",
            '2bc[["k", 1]]',
        ),
        ("{{ messages | map(attribute='body') | list | tojson }}", '["one", "two"]'),
        ("{{ messages | selectattr('body', 'eq', 'one') | first | string | length > 9 }}", "True"),
        ("<b>{{ '<i>' }}</b>{% raw %}{{ x }}{% endraw %}", "<b><i></b>{{ x }}"),
    ],
)
async def test_a_template_writes_from_the_payload(
    payload: Payload, template: str, expected: str
) -> None:
    more = {"label": "billing", "price": 3.5, "metadata": {"items": ["ä"]}, "nothing": None}
    given = payload("one", "two", **more)

    assert await text_of(template, given) == expected


async def test_the_time_is_the_bots(payload: Payload) -> None:
    assert (await text_of("{{ now }}", payload("x")))[-6:] in ("+10:00", "+11:00")


async def test_what_people_write_is_never_a_template(payload: Payload) -> None:
    given = payload("{{ 7 * 7 }}{% for i in range(9) %}")

    assert await text_of("{{ messages[0].body }}!", given) == "{{ 7 * 7 }}{% for i in range(9) %}!"


async def test_the_text_goes_where_into_says(payload: Payload) -> None:
    given = payload("x", draft={"user": "daisy", "body": "kept"})

    result = await write("hi", given, into="metadata.summary.text")

    assert result["metadata"] == {"summary": {"text": "hi"}}
    assert result["draft"] == {"user": "daisy", "body": "kept"}


@pytest.mark.parametrize(
    ("into", "said"), [("messages", "stays as it is"), ("label.x", "`label` is no object of keys")]
)
async def test_a_place_that_cannot_be_written_is_told(
    payload: Payload, into: str, said: str
) -> None:
    with pytest.raises(Permanent, match=said):
        await write("hi", payload("x", label="a"), into=into)


async def test_what_is_not_there_is_an_error_with_its_line_unless_it_may_be_missing(
    payload: Payload,
) -> None:
    with pytest.raises(Permanent, match="the template, line 2: 'lable' is undefined"):
        await write("Hello\n{{ lable }}", payload("x"))

    assert await text_of("[{{ lable.a.b }}]", payload("x"), strict=False) == "[]"


def grown(start: str, more: str) -> str:
    """Return a template that makes a value larger each round."""
    loop = "{% set n = namespace(x=START) %}{% for i in range(9999) %}MORE{% endfor %}{{ n.x }}"
    return loop.replace("START", start).replace("MORE", more)


HOSTILE = [
    ("{{ range(10**9) | list }}", "range of over 10,000"),
    ("{{ 'a' * 10**9 }}", "over 400,000"),
    ("{{ [0] * 10**9 }}", "over 400,000"),
    ("{{ 10**8 * 'a' }}", "over 400,000"),
    ("{{ 9**9**9 }}", "power over 64|over 256 bits"),
    ("{{ 9**99999 }}", "power over 64"),
    ("{{ 1 * 10**60 * 10**60 }}", "over 256 bits"),
    ("{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}", "too much"),
    ("{% for i in range(9999) %}{{ messages[0].body }}123456789{% endfor %}", "longer than 64 KiB"),
    (grown("'a'", "{% set n.x = n.x ~ n.x %}"), "over 400,000"),
    (grown("'a'", "{% set n.x = n.x + n.x %}"), "over 400,000"),
    (grown("'a'", "{% set y %}{{ n.x }}{{ n.x }}{% endset %}{% set n.x = y %}"), "64 KiB"),
    (grown("[1]", "{% set n.x = [n.x, n.x] %}"), "over 400,000"),
    (grown("{}", "{% set n.x = {'a': n.x, 'b': n.x} %}"), "over 400,000"),
    (grown("1", "{% set n.x = [n.x] %}"), "too (much|long|deeply)"),
    ("{{ 'a' | center(10**9) }}", "No filter named 'center'"),
    ("{{ 'a' | indent(10**9) }}", "width of 0 to 40"),
    ("{{ '%999999999d' | format(1) }}", "at most 999"),
    ("{{ '%*d' | format(999999999, 1) }}", "at most 999"),
    ("{{ '%999999999d' % 1 }}", "use the filter"),
    ("{{ 'a'.ljust(10**9) }}", "no attribute 'ljust'"),
    ("{{ '{:>999999999}'.format(1) }}", "no attribute 'format'"),
    ("{{ '\\t'.expandtabs(10**9) }}", "no attribute 'expandtabs'"),
    ("{{ big | replace('x', big) }}", "over 400,000"),
    ("{{ [big, big, big] | join(big) }}", "over 400,000"),
    ("{{ big | list | join(big) }}", "over 400,000"),
    ("{{ 1.5 | round(10**9) }}", "precision of -20 to 20"),
    ("{{ [1] | batch(10**9, 0) }}", "size of 1 to 1,000"),
    ("{{ metadata | tojson(indent=10**9) }}", "indent of 0 to 8"),
    ("{{ [[1]] | sum(start=[]) }}", "start"),
    ("{% for i in range(9999) %}{% if big[1:] == big[2:] %}{% endif %}{% endfor %}", "too much"),
    ("{% for i in range(9999) %}{% if deep == same %}{% endif %}{% endfor %}", "too long|too much"),
    ("{% if deep == same %}{% endif %}" * 500, "too long|too much"),
    ("{{ [" + "big[1:]," * 1500 + "1] | length }}", "too much|over 400,000"),
    ("{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}", "`macro` is not available"),
    ("{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}", "`recursive` is not available"),
    ("{{ " + "(" * 9000, "nested too deeply"),
    ("{{ " + "+".join(["1"] * 9000) + " }}", "nested too deeply"),
    ("{% if 1 %}" * 1500, "nested too deeply|end of template|too deeply"),
    ("{% for i in [1] %}" * 60 + "{% endfor %}" * 60, "nested too deeply"),
]


@pytest.mark.parametrize(("template", "said"), HOSTILE)
def test_a_hostile_template_ends_soon_with_a_clear_error(
    payload: Payload, template: str, said: str
) -> None:
    given = payload("x", big=BIG, deep=DEEP, same=SAME_DEEP, metadata={"a": [1]})
    step, began = Template({"template": template}, "daisy"), time.thread_time()

    with pytest.raises(Permanent, match=said):
        step.process(given)

    assert time.thread_time() - began < 1
    assert "draft" not in given


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ ''['__class__'] }}",
        "{{ messages | map(attribute='__class__') | list }}",
        "{{ range.__init__.__globals__ }}",
        "{{ namespace.__init__.__globals__ }}",
        "{{ namespace(a=1)._Namespace__attrs }}",
        "{{ messages.append(1) }}",
        "{{ metadata.update({'a': 1}) }}",
        "{{ metadata.pop('a') }}",
        "{% for i in messages %}{{ loop._iterator }}{% endfor %}",
        "{{ self._TemplateReference__context }}",
        "{{ lipsum.__globals__.os }}",
        "{{ cycler.__init__.__globals__ }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{% extends 'a' %}",
        "{{ messages | attr('append') }}",
        "{{ messages | pprint }}",
        "{{ 'a'.encode().hex() }}",
    ],
)
async def test_a_template_gets_no_further_than_the_payload(payload: Payload, template: str) -> None:
    given = payload("x", metadata={"a": 1})

    with pytest.raises(Permanent, match="the template, line 1"):
        await write(template, given)

    assert given == payload("x", metadata={"a": 1})


async def test_a_text_of_just_the_limit_is_written(payload: Payload) -> None:
    template = "{% for i in range(64) %}{{ part }}{% endfor %}"
    fits = payload("x", part="é" * (MAX_OUTPUT_BYTES // 64 // 2))

    assert len((await text_of(template, fits)).encode()) == MAX_OUTPUT_BYTES


def test_it_runs_off_the_event_loop_and_says_what_its_keys_mean() -> None:
    assert Template.runs_in_thread
    fields = Template.Config.model_fields.values()
    assert all(each.description and each.examples for each in fields)
