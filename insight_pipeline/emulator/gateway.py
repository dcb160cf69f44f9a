"""The way of a request: who asks, which fault hits, what is done, what is answered, what is noted.

Belongs here: bearer tokens, carrying out faults, and the log. Does not: what an operation does (push.py,
queries.py, login_routes.py), nor how a connection is broken (wire.py).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from http import HTTPStatus

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from insight_pipeline.emulator import answers
from insight_pipeline.emulator.aadsts import REFUSALS, login_refused
from insight_pipeline.emulator.answers import Answer, RefusedError
from insight_pipeline.emulator.calls import Call, Endpoint
from insight_pipeline.emulator.clock import iso
from insight_pipeline.emulator.datasets import Dataset
from insight_pipeline.emulator.description import violations
from insight_pipeline.emulator.faults import FaultKind, FaultRule
from insight_pipeline.emulator.journal import Entry
from insight_pipeline.emulator.wire import Connections, CutResponse, hang_up
from insight_pipeline.emulator.world import World

SEQUENCE_HEADER = "x-powerbi-pushdata-sequencenumber"
_RESETS = {FaultKind.RESET, FaultKind.RESET_IN_BODY}


@dataclass
class Gateway:
    """Takes requests for a world."""

    world: World
    connections: Connections = field(default_factory=dict)

    async def serve(self, endpoint: Endpoint, request: Request) -> Response:
        """Answer one request, or break its connection."""
        call = _call(request)
        fault: FaultRule | None = None
        dataset = self._enter(endpoint, call)
        try:
            with self.world.lock:
                self.world.now()
                call = replace(call, client_id=self._application(endpoint, request))
                fault = self.world.faults.take(endpoint.operation, call.table)
            answer = await self._carry_out(endpoint, request, call, fault)
        except RefusedError as refused:
            answer = refused.answer
        except ClientDisconnect:
            answer = None
        finally:
            if dataset is not None:
                dataset.usage.pending -= 1
        self._note(endpoint, request, call, fault, answer)
        if answer is None:
            is_reset = fault is not None and fault.kind in _RESETS
            return await hang_up(self.connections, request, is_reset=is_reset)
        response = as_response(answer)
        if fault is not None and fault.kind is FaultKind.ANSWER_CUT:
            return CutResponse(response, self.connections)
        return response

    async def _carry_out(
        self, endpoint: Endpoint, request: Request, call: Call, fault: FaultRule | None
    ) -> Answer | None:
        """The answer; None where the connection ends without one."""
        if fault is not None and fault.kind is FaultKind.RESET:
            return None
        if fault is not None and fault.kind is FaultKind.RESET_IN_BODY:
            async for _ in request.stream():
                break
            return None
        body = await _read(request, self.world.options.limits.payload_bytes)
        call = replace(call, body=body)
        if fault is None:
            return self._act(endpoint, call)
        instead = self._instead(fault, call)
        if instead is not None:
            return instead
        return await self._despite(endpoint, call, fault)

    def _instead(  # noqa: PLR0911 (a fault each)
        self, fault: FaultRule, call: Call
    ) -> Answer | None:
        """The answer of a fault that keeps the operation from being done."""
        match fault.kind:
            case FaultKind.ERROR_BEFORE:
                return answers.server_error(fault.status or HTTPStatus.SERVICE_UNAVAILABLE)
            case FaultKind.THROTTLED:
                is_bare = fault.is_bare
                if is_bare is None:
                    is_bare = self.world.is_next_throttle_bare()
                return answers.throttled(fault.retry_after_seconds, is_bare=is_bare)
            case FaultKind.REDIRECT:
                location = fault.location or f"{call.base_url}/redirected"
                return Answer(HTTPStatus.FOUND, None, {"Location": location})
            case FaultKind.LOGIN_REFUSED:
                return login_refused(
                    fault.aadsts, self.world.clock.now(), self.world.options.login.user_name
                )
            case FaultKind.BAD_REQUEST:
                return answers.bad_request([answers.Detail("Refused on demand.", call.table)])
            case FaultKind.TOO_LARGE:
                return answers.too_large("Refused on demand.")
            case FaultKind.ECHOED:
                return answers.echoed(
                    fault.status or HTTPStatus.BAD_REQUEST, call.authorization, call.body
                )
        plain = {
            FaultKind.UNAUTHORIZED: answers.unauthorized,
            FaultKind.TOKEN_EXPIRED: answers.token_expired,
            FaultKind.NOT_AUTHORIZED: answers.not_authorized,
            FaultKind.CREATE_REFUSED: answers.create_refused,
        }
        return plain[fault.kind]() if fault.kind in plain else None

    async def _despite(self, endpoint: Endpoint, call: Call, fault: FaultRule) -> Answer | None:
        """What is answered where the operation is done all the same."""
        if fault.kind is FaultKind.APPLIED_LATE:
            with self.world.lock:
                self.world.later(fault.seconds, lambda: self._act(endpoint, call))
            return answers.server_error(fault.status) if fault.status else None
        if fault.kind is FaultKind.ACCEPTED:
            call = replace(call, accepted_seconds=fault.seconds)
        answer = self._act(endpoint, call)
        if fault.kind is FaultKind.SLOW:
            await asyncio.sleep(fault.seconds)
        if fault.kind is FaultKind.ANSWER_LOST:
            return None
        if fault.kind is FaultKind.ERROR_AFTER:
            return answers.server_error(fault.status or HTTPStatus.SERVICE_UNAVAILABLE)
        return answer

    def _act(self, endpoint: Endpoint, call: Call) -> Answer:
        with self.world.lock:
            try:
                answer = endpoint.act(self.world, call)
            except RefusedError as refused:
                return refused.answer
        if endpoint.answer and answer.is_success:
            wrong = violations(endpoint.answer, orjson.loads(orjson.dumps(answer.payload)))
            if wrong:
                message = f"the answer contradicts the description: {wrong}"
                raise AssertionError(message)
        return answer

    def _enter(self, endpoint: Endpoint, call: Call) -> Dataset | None:
        """Count a push as pending from its first byte on."""
        if endpoint.operation != "push":
            return None
        with self.world.lock:
            try:
                dataset = self.world.dataset(call.workspace_id, call.dataset_id)
            except RefusedError:
                return None
            dataset.usage.pending += 1
            return dataset

    def _application(self, endpoint: Endpoint, request: Request) -> str:
        """The application that asks, by its access token; 401 or 403 where it may not."""
        if not endpoint.scope:
            return ""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        known = self.world.login.access_tokens.get(token.strip())
        if scheme.casefold() != "bearer" or known is None:
            raise RefusedError(answers.unauthorized())
        if known.expires_at <= self.world.clock.now():
            raise RefusedError(answers.token_expired())
        if not any(granted.endswith(f"/{endpoint.scope}") for granted in known.grant.scopes):
            raise RefusedError(answers.not_authorized())
        return known.grant.client_id

    def _note(
        self,
        endpoint: Endpoint,
        request: Request,
        call: Call,
        fault: FaultRule | None,
        answer: Answer | None,
    ) -> None:
        entry = Entry(
            time_utc=iso(self.world.clock.now()),
            operation=endpoint.operation,
            method=request.method,
            path=request.url.path,
            status=0 if answer is None else int(answer.status),
            rows=call.note.rows,
            sequence_number=call.note.sequence_number,
            fault=fault.kind if fault else "",
        )
        with self.world.lock:
            self.world.journal.add(entry)


def check_rule(rule: FaultRule) -> None:
    """ValueError for a rule that could not be carried out."""
    if rule.kind is FaultKind.LOGIN_REFUSED and rule.aadsts not in REFUSALS:
        message = f"aadsts must be one of {sorted(REFUSALS)}"
        raise ValueError(message)


def as_response(answer: Answer) -> Response:
    """An answer as HTTP."""
    headers = dict(answer.headers)
    if answer.payload is None:
        return Response(status_code=answer.status, headers=headers)
    return Response(
        orjson.dumps(answer.payload), answer.status, headers, media_type="application/json"
    )


def _call(request: Request) -> Call:
    parts = request.path_params
    return Call(
        tenant=parts.get("tenant", ""),
        workspace_id=parts.get("group", ""),
        dataset_id=parts.get("dataset", ""),
        table=parts.get("table", ""),
        query=dict(request.query_params),
        sequence_number=request.headers.get(SEQUENCE_HEADER),
        authorization=request.headers.get("authorization", ""),
        base_url=str(request.base_url).rstrip("/"),
    )


async def _read(request: Request, most_bytes: int) -> bytes:
    """The whole body; one that is too large is read to its end, so that the client sees the 413."""
    body, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= most_bytes:
            body += chunk
    if size > most_bytes:
        raise RefusedError(answers.too_large(f"More than {most_bytes} bytes."))
    return bytes(body)
