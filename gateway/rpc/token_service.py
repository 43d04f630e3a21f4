"""TokenService, translated."""

from __future__ import annotations

from gateway.api.v1 import token_service_pb2 as pb
from gateway.errors import FieldInvalid
from gateway.rpc.call import Call
from gateway.rpc.convert import code_message, moment, stamp, visit_message
from gateway.usecases.confirm_visit import CONFIRM_VISIT, ConfirmVisit
from gateway.usecases.get_trust_bundle import GET_TRUST_BUNDLE
from gateway.usecases.issue_token import ISSUE_TOKEN, IssueToken
from gateway.usecases.refuse_visit import REFUSE_VISIT, RefusalReason, RefuseVisit
from gateway.usecases.verify_token import VERIFY_TOKEN, VerifyToken

REASONS = {
    pb.REFUSAL_REASON_PEOPLE: RefusalReason.PEOPLE,
    pb.REFUSAL_REASON_MATTER: RefusalReason.MATTER,
    pb.REFUSAL_REASON_TIME: RefusalReason.TIME,
    pb.REFUSAL_REASON_NO_CERTIFICATE: RefusalReason.NO_CERTIFICATE,
    pb.REFUSAL_REASON_TOO_MANY: RefusalReason.TOO_MANY,
    pb.REFUSAL_REASON_OTHER: RefusalReason.OTHER,
}


class TokenService:
    """The life of a code."""

    async def IssueToken(self, request: pb.IssueTokenRequest, call: Call) -> pb.IssueTokenResponse:
        """Give an inspector a fresh code."""
        reply = await call.do(ISSUE_TOKEN, IssueToken(request.visit_no), request.idempotency_key)
        return pb.IssueTokenResponse(code=code_message(reply))

    async def VerifyToken(self, request: pb.VerifyTokenRequest, call: Call) -> pb.VerifyTokenResponse:
        """Verify a scanned text."""
        late = moment(request.scanned_at, "scanned_at") if request.HasField("scanned_at") else None
        command = VerifyToken(request.text, request.party_uscc, late)
        reply = await call.do(VERIFY_TOKEN, command, request.idempotency_key)
        return pb.VerifyTokenResponse(
            visit=visit_message(reply.visit),
            shown_by=reply.shown_by,
            verified_at=stamp(reply.verified_at),
            proof=reply.proof,
            min_present=reply.min_present,
        )

    async def ConfirmVisit(self, request: pb.ConfirmVisitRequest, call: Call) -> pb.ConfirmVisitResponse:
        """Confirm a visit."""
        command = ConfirmVisit(request.proof, tuple(request.present), request.one_time_code)
        reply = await call.do(CONFIRM_VISIT, command, request.idempotency_key)
        return pb.ConfirmVisitResponse(visit=visit_message(reply))

    async def RefuseVisit(self, request: pb.RefuseVisitRequest, call: Call) -> pb.RefuseVisitResponse:
        """Refuse a visit."""
        reason = REASONS.get(request.reason)
        if reason is None:
            raise FieldInvalid(field="reason", why="请选择拒绝原因")
        command = RefuseVisit(request.proof, reason, request.remark)
        reply = await call.do(REFUSE_VISIT, command, request.idempotency_key)
        return pb.RefuseVisitResponse(visit=visit_message(reply))

    async def GetTrustBundle(self, _request: pb.GetTrustBundleRequest, call: Call) -> pb.GetTrustBundleResponse:
        """The signed trust bundle."""
        signed = await call.ask(GET_TRUST_BUNDLE, None)
        return pb.GetTrustBundleResponse(bundle=signed)
