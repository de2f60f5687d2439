"""`/broadcasts/{id}/pause`, `/resume`, `/cancel`, `/retry-failed`, `/repeat-uncertain`: a send under way in a person's hands."""
# ruff: noqa: FAST003 - the id in the path is taken by the dependency `Asked`

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from service.api.broadcasts.control_models import CancelIn, RepeatIn, ResumeIn, StoppedOut
from service.api.broadcasts.drafts import Asked
from service.api.broadcasts.models import BroadcastOut
from service.api.edge.context import Approver, BroadcastsReader
from service.broadcasts import BroadcastView, find_broadcast
from service.deliveries import cancel, pause, repeat_uncertain, resume, retry_failed

router = APIRouter(prefix="/broadcasts", tags=["broadcasts"])


@router.post("/{broadcast_id}/pause", operation_id="pause_broadcast", response_model=StoppedOut)
async def pause_one(asked: Asked, actor: Approver) -> JSONResponse:
    """Nothing more leaves until it is resumed. `stopped` says what can no longer be called back."""
    return await asked.run(
        actor,
        "pause",
        None,
        lambda conn, broadcast_id: pause(conn, actor, broadcast_id=broadcast_id, now=asked.context.now()),
        shape=StoppedOut.after,
    )


@router.post("/{broadcast_id}/resume", operation_id="resume_broadcast", response_model=BroadcastOut)
async def resume_one(asked: Asked, actor: Approver, body: ResumeIn | None = None) -> JSONResponse:
    """Goes on where it was paused, by a person or by the system.

    Paused with `broadcast.audience_grew` it is refused once more, with the present number of messages in `errors`; asked again
    with that number as `audience_count` it goes on. Whoever wrote or edited it may not say so. Paused with `system.restored` it
    is refused once more, with the backup's time and how many messages may have left since; asked again with `after_restore` it
    goes on.
    """
    return await asked.run(
        actor,
        "resume",
        body,
        lambda conn, broadcast_id: resume(
            conn,
            actor,
            broadcast_id=broadcast_id,
            audience_count=body.audience_count if body else None,
            after_restore=body is not None and body.after_restore,
            now=asked.context.now(),
        ),
    )


@router.post("/{broadcast_id}/cancel", operation_id="cancel_broadcast", response_model=StoppedOut)
async def cancel_one(asked: Asked, actor: BroadcastsReader, body: CancelIn | None = None) -> JSONResponse:
    """Ends it for good. Whoever may write drafts may cancel a draft; an approved warning is an approver's to cancel.

    What waits becomes `not_sent` within seconds; what is being called ends as it ends.
    `stopped` says what can no longer be called back.
    """
    return await asked.run(
        actor,
        "cancel",
        body,
        lambda conn, broadcast_id: cancel(
            conn,
            actor,
            broadcast_id=broadcast_id,
            reason=body.reason if body else None,
            master=asked.context.master,
            now=asked.context.now(),
        ),
        shape=StoppedOut.after,
    )


@router.post("/{broadcast_id}/retry-failed", operation_id="retry_failed_deliveries", response_model=BroadcastOut)
async def retry_failed_ones(asked: Asked, actor: Approver) -> JSONResponse:
    """Sends what failed once more, and nothing else; a completed broadcast is `sending` again. Dead numbers stay held back."""
    context = asked.context

    async def use_case(conn: AsyncConnection, broadcast_id: int) -> BroadcastView:
        await retry_failed(conn, actor, broadcast_id=broadcast_id, quiet=context.settings.quiet_hours, now=context.now())
        return await find_broadcast(conn, broadcast_id)

    return await asked.run(actor, "retry-failed", None, use_case)


@router.post("/{broadcast_id}/repeat-uncertain", operation_id="repeat_uncertain_deliveries", response_model=BroadcastOut)
async def repeat_uncertain_ones(asked: Asked, actor: Approver, body: RepeatIn) -> JSONResponse:
    """Sends what is in doubt once more: all of a channel, or one message by its look-up number. Each may come twice; that is why
    a person says so, and why.
    """
    context, number = asked.context, body.delivery(asked.context.numbers)

    async def use_case(conn: AsyncConnection, broadcast_id: int) -> BroadcastView:
        await repeat_uncertain(
            conn,
            actor,
            broadcast_id=broadcast_id,
            reason=body.reason,
            channel=body.channel,
            number=number,
            quiet=context.settings.quiet_hours,
            now=context.now(),
        )
        return await find_broadcast(conn, broadcast_id)

    return await asked.run(actor, "repeat-uncertain", body, use_case)
