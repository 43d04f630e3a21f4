"""
The one tree of errors the gateway raises on purpose.

    GatewayError
    ├── InvalidInput            INVALID_ARGUMENT      the request itself is wrong; sending it again cannot help
    ├── NotAuthenticated        UNAUTHENTICATED       we do not know who is asking
    ├── NotAllowed              PERMISSION_DENIED     we know, and the answer is no
    ├── NotFound                NOT_FOUND             also said of what the caller may not see
    ├── Conflict                ALREADY_EXISTS        the same key or number, other content
    ├── Refused                 FAILED_PRECONDITION   a rule of the county says no; final as things stand
    │   └── TokenRefused        FAILED_PRECONDITION   this code does not prove what it should
    ├── Overloaded              RESOURCE_EXHAUSTED    try again shortly
    ├── TooLate                 DEADLINE_EXCEEDED     the caller's time ran out before the work was done
    ├── Unavailable             UNAVAILABLE           try again later with the same key
    └── GatewayBug              INTERNAL              our fault; a person must look

Every leaf has a stable `code` (the reason in `google.rpc.ErrorInfo`), a gRPC `status` name and `retryable`. The Chinese
sentence and what to do next stand under the same code in `gateway.texts`; a test holds both together.
"""

from __future__ import annotations

from typing import ClassVar


class GatewayError(Exception):
    """Base of everything raised on purpose. `facts` fill the sentence; they never hold personal data."""

    code: ClassVar[str] = "GATEWAY_ERROR"
    status: ClassVar[str] = "INTERNAL"
    retryable: ClassVar[bool] = False

    def __init_subclass__(cls, *, code: str) -> None:
        cls.code = code

    def __init__(self, **facts: object) -> None:
        self.facts = {name: str(value) for name, value in facts.items()}
        super().__init__(self.english())

    def english(self) -> str:
        """One English line for logs and machine callers."""
        line = (type(self).__doc__ or "").strip().splitlines()[0].rstrip(".")
        known = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{line} ({known})" if known else line


class InvalidInput(GatewayError, code="INVALID_INPUT"):
    """The request is not valid."""

    status = "INVALID_ARGUMENT"


class MalformedMessage(InvalidInput, code="MALFORMED_MESSAGE"):
    """The bytes are not a message of this RPC."""


class UnknownFields(InvalidInput, code="UNKNOWN_FIELDS"):
    """The message has fields this version does not know."""


class FieldMissing(InvalidInput, code="FIELD_MISSING"):
    """A required field is empty."""


class FieldInvalid(InvalidInput, code="FIELD_INVALID"):
    """A field has a value outside its format."""


class IdempotencyKeyMissing(InvalidInput, code="IDEMPOTENCY_KEY_MISSING"):
    """A mutating call needs an idempotency key of 16 to 64 characters."""


class DeadlineMissing(InvalidInput, code="DEADLINE_MISSING"):
    """A call must carry a deadline."""


class UsccInvalid(InvalidInput, code="USCC_INVALID"):
    """The unified social credit code fails its format or check character (GB 32100-2015)."""


class CitizenIdInvalid(InvalidInput, code="CITIZEN_ID_INVALID"):
    """The citizen number fails its format or check character (GB 11643-1999)."""


class CertificateNoInvalid(InvalidInput, code="CERTIFICATE_NO_INVALID"):
    """The enforcement certificate number is not 6 to 24 letters, digits or hyphens."""


class WindowInvalid(InvalidInput, code="WINDOW_INVALID"):
    """The visit window is empty, too long or already over."""


class AnswersInvalid(InvalidInput, code="ANSWERS_INVALID"):
    """The checklist answers do not fit the checklist."""


class ConfigInvalid(InvalidInput, code="CONFIG_INVALID"):
    """The configuration file is not valid."""

    problems: tuple[ConfigInvalid, ...] = ()
    """Everything wrong with the same file, in its order, this error included; empty where only this was looked for."""


class ConfigUnknownKey(ConfigInvalid, code="CONFIG_UNKNOWN_KEY"):
    """The configuration file has a key nobody reads."""


class UsageInvalid(ConfigInvalid, code="USAGE_INVALID"):
    """A command line option has a value outside its format."""


class ConfigNotFound(ConfigInvalid, code="CONFIG_NOT_FOUND"):
    """A file the configuration needs cannot be read."""


class NotAuthenticated(GatewayError, code="NOT_AUTHENTICATED"):
    """The caller has no certificate this gateway knows."""

    status = "UNAUTHENTICATED"


class NotAllowed(GatewayError, code="NOT_ALLOWED"):
    """The caller's roles do not include one this call needs."""

    status = "PERMISSION_DENIED"


class NotFound(GatewayError, code="NOT_FOUND"):
    """There is no such thing, or the caller may not see it."""

    status = "NOT_FOUND"


class Conflict(GatewayError, code="CONFLICT"):
    """The same number was sent before with other content."""

    status = "ALREADY_EXISTS"


class IdempotencyKeyReused(Conflict, code="IDEMPOTENCY_KEY_REUSED"):
    """The idempotency key was used before for another request."""


class Refused(GatewayError, code="REFUSED"):
    """A rule says no."""

    status = "FAILED_PRECONDITION"


class MatterNotFiled(Refused, code="MATTER_NOT_FILED"):
    """The matter is not in the registry (R4.1)."""


class PersonNotFiled(Refused, code="PERSON_NOT_FILED"):
    """The person is not in the registry (R4.2)."""


class VisitNotFiled(Refused, code="VISIT_NOT_FILED"):
    """The visit was not filed (R4.3)."""


class MatterWithoutRules(Refused, code="MATTER_WITHOUT_RULES"):
    """No plugin is loaded that knows the rules of this matter."""


class TooFewInspectors(Refused, code="TOO_FEW_INSPECTORS"):
    """Fewer qualified inspectors than the law requires (行政许可法 §34)."""


class TooManyInspectors(Refused, code="TOO_MANY_INSPECTORS"):
    """More inspectors than the profile allows without approval (R12.2)."""


class InspectorNotQualified(Refused, code="INSPECTOR_NOT_QUALIFIED"):
    """An inspector's certificate is not valid on the day of the visit (R11.2)."""


class InspectorOfOtherDepartment(Refused, code="INSPECTOR_OF_OTHER_DEPARTMENT"):
    """An inspector belongs to another department (R11.2)."""


class InspectorNamedTwice(Refused, code="INSPECTOR_NAMED_TWICE"):
    """The same inspector is named twice for one visit."""


class VisitAlreadyFiled(Refused, code="VISIT_ALREADY_FILED"):
    """This case already has its visit (R12.1: one application, one visit)."""


class FilingProblem(Refused, code="FILING_PROBLEM"):
    """The matter's own rules refuse this filing."""


class WrongState(Refused, code="WRONG_STATE"):
    """The object is not in a state in which this can happen."""


class TooFewPresent(Refused, code="TOO_FEW_PRESENT"):
    """Fewer inspectors ticked as present than the law requires; there is no confirm."""


class CodeWrong(Refused, code="CODE_WRONG"):
    """The one-time code is wrong."""


class CodeLocked(Refused, code="CODE_LOCKED"):
    """Too many wrong one-time codes; this one is locked."""


class PageExpired(Refused, code="PAGE_EXPIRED"):
    """The verification on which this page rests is too old."""


class PolicyMissing(Refused, code="POLICY_MISSING"):
    """No policy profile is valid on this day."""


class TokenRefused(Refused, code="TOKEN_REFUSED"):
    """The code was refused."""


class TokenForeign(TokenRefused, code="FOREIGN"):
    """The text is not one of our codes."""


class TokenMalformed(TokenRefused, code="MALFORMED"):
    """The text has the place of our code but not its form."""


class TokenUnknownKey(TokenRefused, code="UNKNOWN_KEY"):
    """The code names a key this verifier does not hold."""


class TokenBadSignature(TokenRefused, code="BAD_SIGNATURE"):
    """The signature does not fit; the code is forged or damaged."""


class TokenKeyWindow(TokenRefused, code="KEY_WINDOW"):
    """The code was signed outside its key's signing window."""


class TokenNotYet(TokenRefused, code="NOT_YET"):
    """The code is not valid yet."""


class TokenExpired(TokenRefused, code="EXPIRED"):
    """The code is no longer valid."""


class TokenRevoked(TokenRefused, code="REVOKED"):
    """The code, its visit or its inspector was revoked."""


class TokenWrongParty(TokenRefused, code="WRONG_PARTY"):
    """The code was issued for another enterprise."""


class TokenFinished(TokenRefused, code="FINISHED"):
    """The visit of this code is over."""


class TokenNeverMinted(TokenRefused, code="NEVER_MINTED"):
    """The signature is good but we never minted this code: a key may be stolen."""


class PictureUnreadable(Refused, code="PICTURE_UNREADABLE"):
    """No code was found in the picture."""


class LibraryMissing(Refused, code="LIBRARY_MISSING"):
    """A system library this needs is not installed."""


class BundleStale(Refused, code="BUNDLE_STALE"):
    """The trust bundle is too old, rolled back or not signed by the root."""


class PluginInvalid(Refused, code="PLUGIN_INVALID"):
    """A plugin's manifest, version or permission does not allow it to be loaded."""


class PortInUse(Refused, code="PORT_IN_USE"):
    """Another process already listens on this address."""


class DatabaseInUse(Refused, code="DATABASE_IN_USE"):
    """Another gateway process already holds this database file."""


class DataDirInUse(Refused, code="DATA_DIR_IN_USE"):
    """Another process already holds this data directory."""


class SerialNotFound(Refused, code="SERIAL_NOT_FOUND"):
    """The serial device does not exist."""


class SerialBusy(Refused, code="SERIAL_BUSY"):
    """Another process holds the serial device."""


class SerialForbidden(Refused, code="SERIAL_FORBIDDEN"):
    """This user may not open the serial device."""


class Overloaded(GatewayError, code="OVERLOADED"):
    """Too much is waiting."""

    status = "RESOURCE_EXHAUSTED"
    retryable = True


class TooLate(GatewayError, code="DEADLINE_EXCEEDED"):
    """The deadline passed before the work was done; ask again with the same key."""

    status = "DEADLINE_EXCEEDED"
    retryable = True


class Unavailable(GatewayError, code="UNAVAILABLE"):
    """Something this call needs is not available now."""

    status = "UNAVAILABLE"
    retryable = True


class StorageUnavailable(Unavailable, code="STORAGE_UNAVAILABLE"):
    """The database did not take the write; whether it is stored is settled by asking again with the same key."""


class PluginUnavailable(Unavailable, code="PLUGIN_UNAVAILABLE"):
    """A plugin is busy, paused or did not answer in time."""


class PluginSilent(PluginUnavailable, code="PLUGIN_SILENT"):
    """A plugin was asked and did not answer in time; what it did is not known."""


class GatewayBug(GatewayError, code="INTERNAL"):
    """Our fault."""


class PluginContractError(GatewayBug, code="PLUGIN_CONTRACT"):
    """A plugin raised or returned something its contract does not allow."""


def all_errors() -> list[type[GatewayError]]:
    """Every class of the tree, base first."""
    found: list[type[GatewayError]] = []
    waiting: list[type[GatewayError]] = [GatewayError]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting.extend(kind.__subclasses__())
    return found
