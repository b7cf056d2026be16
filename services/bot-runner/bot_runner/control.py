"""Hear the hints on `warren.control`: a turn was cancelled, so its running step may stop."""

from pydantic import ValidationError

from bot_runner.attempts import Attempts
from bot_runner.cancelled import CancelledRuns
from warren.broker.connection import Broker
from warren.broker.delivery import Delivery
from warren.broker.own_queue import OwnQueue, consume_own
from warren.broker.topology import CONTROL
from warren.contracts.control import Control
from warren.logging import get_logger

log = get_logger(__name__)


async def listen(broker: Broker, runner: str, cancelled: CancelledRuns, attempts: Attempts) -> None:
    """Consume this runner's own queue until cancelled. A hint that cannot be read is dropped."""

    async def hear(delivery: Delivery) -> None:
        try:
            control = Control.model_validate_json(delivery.body)
        except ValidationError:
            log.warning("a control hint could not be read")
            return
        cancelled.note(control.turn_id, control.run)
        attempts.cancel(control.turn_id, below=control.run)

    async def fresh() -> None:
        log.debug("hearing control hints")

    own = OwnQueue(lambda generation: f"runner.{runner}.{generation}", [(CONTROL, "")], hear)
    await consume_own(broker, [own], fresh)
