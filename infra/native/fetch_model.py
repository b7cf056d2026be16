"""`make model`: fetch the local language model now, so that the next `make up` need not."""

from infra.native.model import NoModel, ensure
from infra.native.plan import read_plan
from infra.native.say import say, step, stop


def main() -> None:
    """Fetch the model, or say what to set instead."""
    try:
        say(f"The model is at {ensure(read_plan().values, step)}")
    except NoModel as exc:
        stop(str(exc))


if __name__ == "__main__":
    main()
