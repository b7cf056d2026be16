"""/api/v1/dead-letters/replays: bulk replays, planned, started, watched, paused, stopped."""

from fastapi import APIRouter, Response

from chat_api.bulk import jobs
from chat_api.membership import id_in_path
from chat_api.routes.asker import PROBLEMS, WithStore
from chat_api.routes.operator import Operator
from chat_api.routes.users import Cursor, Limit
from warren.contracts.bulk import NewReplay, ReplayJob, ReplayPlan
from warren.contracts.chat import Page

router = APIRouter(prefix="/dead-letters/replays", tags=["bulk replays"], responses=PROBLEMS)

PATH = "/api/v1/dead-letters/replays"


@router.post("", status_code=202, responses={200: {"model": ReplayPlan}})
async def start(
    ask: NewReplay, who: Operator, store: WithStore, response: Response
) -> ReplayJob | ReplayPlan:
    """Start a bulk replay (202, its address in Location); with dry_run only plan it (200)."""
    if ask.dry_run:
        response.status_code = 200
        return await jobs.planned(store, ask)
    job = await jobs.start(store, who, ask)
    response.headers["Location"] = f"{PATH}/{job.id}"
    return job


@router.get("")
async def jobs_page(
    _: Operator, store: WithStore, limit: Limit = 50, cursor: Cursor = None
) -> Page[ReplayJob]:
    """List bulk replays, the newest first."""
    return await jobs.page(store, limit, cursor)


@router.get("/{id}")
async def show(id: str, _: Operator, store: WithStore) -> ReplayJob:
    """Return a bulk replay: where it stands, what was resolved, failed again, skipped and why."""
    return await jobs.show(store, id_in_path(id, jobs.NO_JOB))


@router.post("/{id}/pause")
async def pause(id: str, who: Operator, store: WithStore) -> ReplayJob:
    """Send no more for now."""
    return await jobs.pause(store, who, id_in_path(id, jobs.NO_JOB))


@router.post("/{id}/resume")
async def resume(id: str, who: Operator, store: WithStore) -> ReplayJob:
    """Go on after a pause or a halt, with one letter first."""
    return await jobs.resume(store, who, id_in_path(id, jobs.NO_JOB))


@router.post("/{id}/stop")
async def stop(id: str, who: Operator, store: WithStore) -> ReplayJob:
    """Send no more, for good."""
    return await jobs.stop(store, who, id_in_path(id, jobs.NO_JOB))
