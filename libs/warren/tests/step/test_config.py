import copy
import json
import pickle

import orjson
import pytest

from warren.step.config import StepConfig

CONFIG = StepConfig({"model": "gpt-4", "stop": ["a", {"b": 1}], "deep": {"er": {"est": 1}}})


def test_keys_are_attributes_and_missing_ones_are_none() -> None:
    assert CONFIG.model == CONFIG["model"] == CONFIG.get("model") == "gpt-4"
    assert CONFIG.deep.er.est == 1
    assert CONFIG.stop[1].b == 1
    assert (CONFIG.missing or "default") == "default"
    assert "missing" not in CONFIG
    assert "model" in CONFIG
    with pytest.raises(KeyError):
        CONFIG["missing"]


def test_it_stays_plain_json_and_can_be_copied() -> None:
    assert json.loads(json.dumps(CONFIG)) == orjson.loads(orjson.dumps(CONFIG)) == CONFIG
    assert copy.deepcopy(CONFIG) == pickle.loads(pickle.dumps(CONFIG)) == CONFIG


@pytest.mark.parametrize(
    "change",
    [
        lambda: CONFIG.__setitem__("model", "x"),
        lambda: setattr(CONFIG, "model", "x"),
        lambda: CONFIG.update({"model": "x"}),
        lambda: CONFIG.pop("model"),
        lambda: CONFIG.deep.clear(),
        lambda: CONFIG.setdefault("other", 1),
    ],
)
def test_it_is_read_only_for_instances_are_shared(change) -> None:
    with pytest.raises(TypeError, match=r"self\.config is read-only"):
        change()
    assert CONFIG.model == "gpt-4"
