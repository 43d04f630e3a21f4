"""What the screen says: an answer turned into words, Chinese with English below, never by colour alone."""

from __future__ import annotations

from dataclasses import asdict

from gateway.errors import GatewayError, all_errors
from gateway.texts.errors_zh import sentence
from terminals.outcome import Answer, Outcome

View = dict[str, object]

TITLES = {
    Outcome.ACCEPTED: ("✔", "核验通过", "Verified"),
    Outcome.PROVISIONAL: ("⏳", "离线核验,待联网确认", "Checked offline, to be confirmed"),
    Outcome.REFUSED: ("✖", "核验未通过", "Refused"),
    Outcome.OUT_OF_SERVICE: ("⚠", "设备暂停服务", "Out of service"),
}
ENGLISH: dict[str, type[GatewayError]] = {error.code: error for error in all_errors()}


def idle_view() -> View:
    """Nothing is shown: come and scan."""
    message = "请扫描勘验人员出示的二维码"
    return _view("IDLE", ("▣", "等待扫码", "Ready to scan"), message, "Scan the code the inspector shows.")


def answer_view(answer: Answer) -> View:
    """An answer as JSON for the page."""
    message, english = _words(answer)
    return {
        **_view(answer.outcome.value, TITLES[answer.outcome], message, english),
        "code": answer.code,
        "visit": asdict(answer.visit) if answer.visit else None,
        "revocation_age_s": answer.revocation_age_s,
    }


def _words(answer: Answer) -> tuple[str, str]:
    if answer.outcome is Outcome.ACCEPTED:
        return "请核对到场人员与下列信息是否一致。", "Check that these are the people who came."
    if answer.outcome is Outcome.PROVISIONAL:
        minutes = (answer.revocation_age_s or 0) // 60
        chinese = f"二维码签名有效,但现在联系不上网关;撤销信息是 {minutes} 分钟前的。联网后本机会自动上报核实。"
        return chinese, f"Signature valid; revocation data is {minutes} min old."
    kind = ENGLISH.get(answer.code, GatewayError)
    english = (kind.__doc__ or "").strip().splitlines()[0]
    return answer.text or sentence(answer.code, dict(answer.facts)), english


def _view(name: str, title: tuple[str, str, str], message: str, message_en: str) -> View:
    icon, chinese, english = title
    return {
        "view": name,
        "icon": icon,
        "title": chinese,
        "title_en": english,
        "message": message,
        "message_en": message_en,
        "code": "",
        "visit": None,
        "revocation_age_s": None,
    }
